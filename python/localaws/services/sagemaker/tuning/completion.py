"""When a tuning job has done enough.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from localaws.services.sagemaker.tuning.trials import Trial

__all__ = ["Completion"]

# Convergence: so many trials in a row did not improve the best by more than this share of the objective's spread.
_CONVERGED_TRIALS = 10
_CONVERGED_SHARE = 0.01


class Completion:
    """The completion criteria of one tuning job; `seen` takes trials in the order in which they end."""

    def __init__(self, config: Mapping[str, Any], maximize: bool) -> None:
        criteria = config.get("TuningJobCompletionCriteria", {})
        target = criteria.get("TargetObjectiveMetricValue")
        self._target = None if target is None else (target if maximize else -target)
        self._patience = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        self._convergence = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled"
        self._scores: list[float] = []
        self._best: float | None = None
        self.not_improving = 0
        self.converged: datetime | None = None

    def seen(self, trials: Sequence[Trial], now: datetime) -> None:
        """Take the trials that have just ended."""
        for trial in trials:
            if (score := trial.score) is None:
                continue
            self._scores.append(score)
            if trial.has_model and (self._best is None or score > self._best):
                self._best, self.not_improving = score, 0
            else:
                self.not_improving += 1
        if self.converged is None and self._flat():
            self.converged = now

    @property
    def reached(self) -> bool:
        """Whether no further trial is needed."""
        if self._target is not None and self._best is not None and self._best >= self._target:
            return True
        if self._patience is not None and self.not_improving >= self._patience:
            return True
        return self._convergence and self.converged is not None

    def details(self) -> dict[str, Any]:
        """The API's TuningJobCompletionDetails."""
        details: dict[str, Any] = {"NumberOfTrainingJobsObjectiveNotImproving": self.not_improving}
        return details | ({"ConvergenceDetectedTime": self.converged} if self.converged else {})

    def _flat(self) -> bool:
        if len(self._scores) < 2 * _CONVERGED_TRIALS:
            return False
        before = max(self._scores[:-_CONVERGED_TRIALS])
        spread = max(self._scores) - min(self._scores)
        return max(self._scores) - before <= _CONVERGED_SHARE * spread
