"""What DescribeTrainingJob gives back of a request.

AWS fills in what was not sent, and clients rely on it: SDK v2's `Estimator.attach` reads OutputDataConfig.KmsKeyId and
StoppingCondition.MaxRuntimeInSeconds without asking whether they are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.services.sagemaker.jobs.checks import echo
from localaws.services.sagemaker.jobs.metrics import BUILT_IN, built_in_definitions

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["FLAGS", "RUNTIME_SECONDS", "described_request", "own_algorithm"]

RUNTIME_SECONDS = 24 * 3600
FLAGS = {
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
    "EnableNetworkIsolation": False,
}
_CHANNEL = {"CompressionType": "None", "RecordWrapperType": "None"}
_OUTPUT = {"CompressionType": "GZIP", "KmsKeyId": ""}


def described_request(stack: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    """The described members that a checked CreateTrainingJob request gives, with the service's defaults."""
    algorithm = dict(request["AlgorithmSpecification"])
    algorithm.setdefault("EnableSageMakerMetricsTimeSeries", False)
    if own := own_algorithm(stack, algorithm["TrainingImage"], request.get("HyperParameters", {})):
        algorithm.setdefault("MetricDefinitions", built_in_definitions(own))
    filled: dict[str, Any] = {
        **FLAGS,
        **echo("DescribeTrainingJob", request),
        "AlgorithmSpecification": algorithm,
        "OutputDataConfig": _OUTPUT | request["OutputDataConfig"],
        "StoppingCondition": {"MaxRuntimeInSeconds": RUNTIME_SECONDS} | request.get("StoppingCondition", {}),
    }
    if channels := request.get("InputDataConfig"):
        filled["InputDataConfig"] = [_CHANNEL | channel for channel in channels]
    return filled


def own_algorithm(stack: Account, image: str, hyperparameters: Mapping[str, str]) -> str | None:
    """The built-in algorithm that the image runs; None where it runs a script of the user's."""
    algorithm = stack.images.runtime(image).algorithm
    return algorithm if algorithm in BUILT_IN and "sagemaker_program" not in hyperparameters else None
