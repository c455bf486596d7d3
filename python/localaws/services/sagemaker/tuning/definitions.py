"""The training jobs that a tuning job may start: one definition, or several that share its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.tuning.space import Space, read_space

__all__ = ["OBJECTIVE_PARAMETER", "Definition", "read_definitions", "resources_of"]

# How the service tells an algorithm or a script which metric is the objective.
OBJECTIVE_PARAMETER = "_tuning_objective_metric"
# Members of a definition that CreateTrainingJob takes under the same name.
_PASSED_ON = (
    "AlgorithmSpecification",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "EnableNetworkIsolation",
    "Environment",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "RetryStrategy",
    "RoleArn",
    "StoppingCondition",
    "VpcConfig",
)


@dataclass(frozen=True)
class Definition:
    """One training job definition with its own space and objective."""

    name: str | None
    metric: str
    maximize: bool
    space: Space
    given: Mapping[str, Any]

    def score(self, value: float) -> float:
        """The objective as a number of which more is better."""
        return value if self.maximize else -value

    def objective(self, value: float) -> dict[str, Any]:
        """The API's FinalHyperParameterTuningJobObjectiveMetric."""
        return {"Type": "Maximize" if self.maximize else "Minimize", "MetricName": self.metric, "Value": value}

    def training_request(self, name: str, point: Mapping[str, str], tags: list[dict[str, str]]) -> dict[str, Any]:
        """The CreateTrainingJob request of a trial."""
        given = self.given
        request = {member: given[member] for member in _PASSED_ON if member in given}
        request["TrainingJobName"] = name
        request["HyperParameters"] = {**given.get("StaticHyperParameters", {}), **point}
        if resources := given.get("HyperParameterTuningResourceConfig"):
            request["ResourceConfig"] = resources_of(resources)
        if checkpoints := given.get("CheckpointConfig"):
            # Trials that shared one prefix would go on from each other's checkpoints.
            request["CheckpointConfig"] = {**checkpoints, "S3Uri": f"{checkpoints['S3Uri'].rstrip('/')}/{name}"}
        if tags:
            request["Tags"] = tags
        return request


def read_definitions(request: Mapping[str, Any]) -> list[Definition]:
    """The definitions of a checked request; raises ValidationException for a space that cannot be searched."""
    config = request["HyperParameterTuningJobConfig"]
    if "TrainingJobDefinition" in request:
        objective = config["HyperParameterTuningJobObjective"]
        given = request["TrainingJobDefinition"]
        return [_definition(given, objective, config.get("ParameterRanges", {}))]
    return [
        _definition(given, given["TuningObjective"], given.get("HyperParameterRanges", {}))
        for given in request["TrainingJobDefinitions"]
    ]


def _definition(given: Mapping[str, Any], objective: Mapping[str, str], ranges: Mapping[str, Any]) -> Definition:
    return Definition(
        name=given.get("DefinitionName"),
        metric=objective["MetricName"],
        maximize=objective["Type"] == "Maximize",
        space=read_space(ranges),
        given=given,
    )


def resources_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """ResourceConfig of the flexible HyperParameterTuningResourceConfig: the first of its instance types."""
    chosen = {**given, **next(iter(given.get("InstanceConfigs", ())), {})}
    members = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
    resources = {member: chosen[member] for member in members if member in chosen}
    return resources | ({"VolumeKmsKeyId": given["VolumeKmsKeyId"]} if "VolumeKmsKeyId" in given else {})
