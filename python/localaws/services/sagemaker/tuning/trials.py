"""One training job of a tuning job."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.jobs.lifecycle import FINAL
from localaws.services.sagemaker.jobs.metrics import MetricReader
from localaws.services.sagemaker.tuning.definitions import Definition
from localaws.services.sagemaker.tuning.strategies import Observation
from localaws.store import Record

__all__ = ["Trial", "best_of"]

_COUNTED = {"Completed": "Completed", "Failed": "NonRetryableError", "Stopped": "Stopped"}
_PASSED_ON = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "TrainingJobStatus", "FailureReason")


@dataclass
class Trial:
    """A started trial. `looked_at`: how many of its metric values the stopping rule has seen."""

    definition: Definition
    point: dict[str, str]
    record: Record
    looked_at: int = 0

    @property
    def ended(self) -> bool:
        return self.status in FINAL

    @property
    def status(self) -> str:
        return str(self.record.described["TrainingJobStatus"])

    @property
    def value(self) -> float | None:
        """The final objective; None where none was emitted, or what was is not finite."""
        for metric in self.record.described.get("FinalMetricDataList", ()):
            if metric["MetricName"] == self.definition.metric and math.isfinite(metric["Value"]):
                return float(metric["Value"])
        return None

    @property
    def score(self) -> float | None:
        """The final objective where more is better; None while it runs, and for a trial that gave none or failed."""
        value = self.value
        if not self.ended or self.status == "Failed" or value is None:
            return None
        return self.definition.score(value)

    @property
    def has_model(self) -> bool:
        """Whether it left a model: a stopped trial does if its container saved one in time."""
        return "ModelArtifacts" in self.record.described

    def scores(self) -> list[float]:
        """The objective after each round so far, where more is better."""
        reader = self.record.internal.get("metrics")
        if not isinstance(reader, MetricReader):
            return []
        return [self.definition.score(value) for value in reader.history(self.definition.metric)]

    @property
    def counted_as(self) -> str:
        """Its member of TrainingJobStatusCounters."""
        return _COUNTED.get(self.status, "InProgress")

    @property
    def objective_status(self) -> str:
        """Its member of ObjectiveStatusCounters."""
        if not self.ended:
            return "Pending"
        return "Failed" if self.score is None else "Succeeded"

    def observation(self) -> Observation:
        return Observation(self.point, self.score, running=not self.ended)

    def summary(self) -> dict[str, Any]:
        """The API's HyperParameterTrainingJobSummary."""
        described = self.record.described
        summary: dict[str, Any] = {
            "TrainingJobName": self.record.name,
            "TrainingJobArn": self.record.arn,
            "TunedHyperParameters": self.point,
            "ObjectiveStatus": self.objective_status,
            **{member: described[member] for member in _PASSED_ON if member in described},
        }
        if self.definition.name is not None:
            summary["TrainingJobDefinitionName"] = self.definition.name
        if self.score is not None and self.value is not None:
            summary["FinalHyperParameterTuningJobObjectiveMetric"] = self.definition.objective(self.value)
        return summary


def best_of(trials: list[Trial]) -> Trial | None:
    """The trial of the highest score among those that left a model; the earliest of equal ones."""
    scored = [(trial.score, trial) for trial in trials if trial.score is not None and trial.has_model]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None
