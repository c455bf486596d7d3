"""Tuning steps: CreateHyperParameterTuningJob, with the best trials' models for later steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.pipelines.definition import Step
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.shapes import property_type
from localaws.services.sagemaker.pipelines.steps.base import StepResult, StepRun, invoke
from localaws.services.sagemaker.pipelines.steps.requests import JobKind

__all__ = ["KIND"]

_TRIALS = "TrainingJobSummaries"
_LIST = "ListTrainingJobsForHyperParameterTuningJob"
_KEPT = 50  # trials that a later step can refer to, best first


@dataclass(frozen=True)
class _Tuning(JobKind):
    def property_type(self, step: Step, reference: str, path: Path) -> str:
        return property_type(_LIST if path[:1] == (_TRIALS,) else self.describe, reference, path)

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        result = super().execute(run, arguments)
        name = result.properties[self.name_member]
        order = "Descending" if _maximizes(arguments) else "Ascending"
        request = {self.name_member: name, "SortBy": "FinalObjectiveMetricValue", "SortOrder": order}
        trials = invoke(run, _LIST, {**request, "MaxResults": _KEPT})[_TRIALS]
        return StepResult({**result.properties, _TRIALS: trials}, result.metadata)


def _maximizes(arguments: Mapping[str, Any]) -> bool:
    """Whether the best trial is the one with the highest objective."""
    config = arguments["HyperParameterTuningJobConfig"]
    objective = config.get("HyperParameterTuningJobObjective")
    if objective is None:
        objective = arguments["TrainingJobDefinitions"][0]["TuningObjective"]
    return bool(objective["Type"] == "Maximize")


# Cached attributes: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html.
KIND = _Tuning(
    type="Tuning",
    resource="HyperParameterTuningJob",
    cached_attributes=("HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions"),
    # A tuning job's name is half as long as any other job's.
    name_limit=32,
    listed_as="TuningJob",
)
