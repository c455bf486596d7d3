"""Batch transform: a model over every record of objects in S3."""

from localaws.services.sagemaker.transform.operations import OPERATIONS

__all__ = ["OPERATIONS"]
