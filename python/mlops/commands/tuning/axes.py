"""Where trials lie on the axes of a plot: the range that was searched, and the objectives of whole trials."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops.aws.tuning_jobs import Trial, TuningJob

__all__ = ["Axis", "height_axis", "searched", "value_axis"]

_KINDS = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, or the texts in ``kinds`` side by side."""

    low: float = 0.0
    high: float = 1.0
    logarithmic: bool = False
    kinds: tuple[str, ...] = ()

    def place(self, value: str | float) -> float:
        """Where a value lies, 0 to 1; what lies beyond an end is put there, and all in the middle of no width."""
        if self.kinds:
            return self.kinds.index(str(value)) / max(1, len(self.kinds) - 1)
        if self.low == self.high:
            return 0.5
        low, high, at = self._scaled(self.low), self._scaled(self.high), self._scaled(float(value))
        return min(1.0, max(0.0, (at - low) / (high - low)))

    def ticks(self) -> list[tuple[float, str]]:
        """Places, 0 to 1, and what stands there."""
        if self.kinds:
            return [(self.place(kind), kind) for kind in self.kinds]
        if self.low == self.high:
            return [(0.5, f"{self.low:.4g}")]
        return [(0.0, f"{self.low:.4g}"), (1.0, f"{self.high:.4g}")]

    def _scaled(self, value: float) -> float:
        return math.log(max(value, self.low)) if self.logarithmic else value


def searched(job: TuningJob) -> dict[str, Mapping[str, Any]]:
    """Name → its range in the API's words, of all definitions of the tuning job; the first where several have it."""
    described = job.described
    given = [described["HyperParameterTuningJobConfig"].get("ParameterRanges", {})]
    given += [each.get("HyperParameterRanges", {}) for each in described.get("TrainingJobDefinitions", [])]
    found: dict[str, Mapping[str, Any]] = {}
    for ranges in given:
        for kind in _KINDS:
            for each in ranges.get(kind, []):
                found.setdefault(each["Name"], each)
    return found


def value_axis(searched_range: Mapping[str, Any] | None, values: Sequence[str]) -> Axis:
    """The searched range, widened by values beyond it (a parent's, in a warm start); of the values without a range."""
    kinds = tuple(dict.fromkeys([*(searched_range or {}).get("Values", ()), *sorted(set(values))]))
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return Axis(kinds=kinds)
    if searched_range is None or "MinValue" not in searched_range:
        return Axis(kinds=kinds) if searched_range else Axis(min(numbers, default=0.0), max(numbers, default=1.0))
    low = min([float(searched_range["MinValue"]), *numbers])
    high = max([float(searched_range["MaxValue"]), *numbers])
    return Axis(low, high, searched_range.get("ScalingType") == "Logarithmic" and low > 0)


def height_axis(scored: Sequence[Trial]) -> Axis:
    """The objectives of trials that ran to their end: one that was stopped early is low for that reason alone.

    The best trial is always on it, and where fewer than two ran to their end all are.
    """
    whole = [trial for trial in scored if trial.status == "Completed"]
    shown = [*scored[:1], *whole] if len(whole) > 1 else list(scored)
    objectives = [trial.objective or 0.0 for trial in shown]
    return Axis(min(objectives, default=0.0), max(objectives, default=1.0))
