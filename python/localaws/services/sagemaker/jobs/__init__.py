"""Jobs that run: processing and training."""

from localaws.services.sagemaker.jobs import processing, training

OPERATIONS = {**processing.OPERATIONS, **training.OPERATIONS}

__all__ = ["OPERATIONS"]
