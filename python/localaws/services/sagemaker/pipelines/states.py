"""The state of each step of an execution, as ListPipelineExecutionSteps shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localaws.services.sagemaker.pipelines.definition import Step
from localaws.services.sagemaker.pipelines.steps import StepResult

__all__ = ["StepState"]

FAILURE_REASON_LIMIT = 1024


@dataclass
class StepState:
    """One step that has started; guarded by the lock of its execution."""

    step: Step
    start: datetime
    status: str = "Starting"
    end: datetime | None = None
    attempts: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    failure_reason: str | None = None
    cached_from: str | None = None
    selected_from: str | None = None
    result: StepResult | None = None
    stop: Callable[[], None] | None = None
    told_to_stop: bool = False

    def described(self) -> dict[str, Any]:
        """The API's PipelineExecutionStep."""
        shown: dict[str, Any] = {
            "StepName": self.step.name,
            "StepDisplayName": self.step.members.get("DisplayName"),
            "StepDescription": self.step.members.get("Description"),
            "StartTime": self.start,
            "EndTime": self.end,
            "StepStatus": self.status,
            "AttemptCount": self.attempts,
            "FailureReason": self.failure_reason[:FAILURE_REASON_LIMIT] if self.failure_reason else None,
            "CacheHitResult": {"SourcePipelineExecutionArn": self.cached_from} if self.cached_from else None,
            "SelectiveExecutionResult": (
                {"SourcePipelineExecutionArn": self.selected_from} if self.selected_from else None
            ),
        }
        return {**{name: value for name, value in shown.items() if value is not None}, "Metadata": dict(self.metadata)}
