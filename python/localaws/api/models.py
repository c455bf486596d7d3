"""SageMaker's official API model, as botocore ships it."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

__all__ = ["operation_model", "service_model"]


@cache
def service_model() -> ServiceModel:
    """The model of every operation and shape (loading takes about 0.3 s, once)."""
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


@cache
def operation_model(operation: str) -> OperationModel:
    """The model of one operation; raises botocore's OperationNotFoundError for a name that SageMaker does not have."""
    return service_model().operation_model(operation)
