"""What CreateTrainingJob refuses beyond the API model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.motobridge.objects import has_objects
from localaws.services.sagemaker.jobs import checks
from localaws.services.sagemaker.jobs.metrics import MetricReader
from localaws.services.sagemaker.jobs.s3 import nothing_under, place
from localaws.services.sagemaker.jobs.training_described import RUNTIME_SECONDS

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["check"]


def check(stack: Account, request: dict[str, Any]) -> None:
    """Raise ValidationException (or a sibling) for a request that could not run."""
    # The API model requires neither, for serverless jobs.
    for member in ("AlgorithmSpecification", "ResourceConfig"):
        if member not in request:
            raise validation_error(f"{member} is missing: the local stack runs no serverless training jobs.")
    algorithm = request["AlgorithmSpecification"]
    if "TrainingImage" not in algorithm:
        named = algorithm.get("AlgorithmName")
        raise validation_error(
            f"AlgorithmSpecification needs TrainingImage: the local stack has no algorithm resource {named!r}."
        )
    checks.check_image(stack, algorithm["TrainingImage"])
    checks.check_instances(request["ResourceConfig"].get("InstanceCount", 1))
    MetricReader(algorithm.get("MetricDefinitions", ()))
    _check_stopping(request)
    checks.check_s3_uri(request["OutputDataConfig"]["S3OutputPath"])
    if checkpoints := request.get("CheckpointConfig"):
        checks.check_s3_uri(checkpoints["S3Uri"])
        path = checkpoints.get("LocalPath", "/opt/ml/checkpoints")
        checks.check_local_path(path, "CheckpointConfig LocalPath", "/opt/ml")
    names = [channel["ChannelName"] for channel in request.get("InputDataConfig", ())]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise validation_error(f"Channel names must be unique, and {twice!r} is given twice.")
    for channel in request.get("InputDataConfig", ()):
        _check_channel(stack, channel, algorithm["TrainingInputMode"], request["RoleArn"])


def _check_stopping(request: dict[str, Any]) -> None:
    condition = request.get("StoppingCondition", {})
    spot, wait = request.get("EnableManagedSpotTraining", False), condition.get("MaxWaitTimeInSeconds")
    if wait is not None and not spot:
        raise validation_error(
            "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"
        )
    if spot and (wait is None or wait < condition.get("MaxRuntimeInSeconds", RUNTIME_SECONDS)):
        raise validation_error(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
        )


def _check_channel(stack: Account, channel: dict[str, Any], mode: str, role_arn: str) -> None:
    name = channel["ChannelName"]
    checks.check_path(name, "ChannelName")
    if "S3DataSource" not in channel["DataSource"]:
        raise validation_error(f"Channel {name!r}: the local stack reads S3DataSource only.")
    if channel.get("InputMode", mode) == "Pipe":
        raise validation_error(f"Channel {name!r}: the local stack has no InputMode Pipe; use File or FastFile.")
    uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
    checks.check_s3_uri(uri)
    target = place(uri)
    if not has_objects(stack.account_id, stack.partition, target.bucket, target.key):
        raise validation_error(nothing_under(uri, role_arn, stack.region))
