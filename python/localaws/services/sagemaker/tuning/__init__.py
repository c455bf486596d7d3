"""Hyperparameter tuning: trials are real training jobs, chosen, watched and stopped as AWS's tuner does it."""

from localaws.services.sagemaker.tuning.operations import OPERATIONS

__all__ = ["OPERATIONS"]
