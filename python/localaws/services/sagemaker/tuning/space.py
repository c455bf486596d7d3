"""The space that a tuning job searches: hyperparameter ranges and their scales.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from localaws.api.errors import validation_error

__all__ = ["Dimension", "Space", "read_space"]

Kind = Literal["integer", "continuous", "categorical"]
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("IntegerParameterRanges", "integer"),
    ("ContinuousParameterRanges", "continuous"),
    ("CategoricalParameterRanges", "categorical"),
)
# Where the scale is left to the service: ranges over this ratio span orders of magnitude.
_AUTO_LOGARITHMIC_RATIO = 100.0
MAX_TUNED = 30  # hyperparameters that one tuning job may search


@dataclass(frozen=True)
class Dimension:
    """One tuned hyperparameter. `unit` maps its values to [0, 1] on its scale, `text` maps back to what trials get."""

    name: str
    kind: Kind
    low: float = 0.0
    high: float = 0.0
    scaling: str = "Linear"
    values: tuple[str, ...] = ()

    @property
    def size(self) -> float:
        """How many values there are; infinite for a continuous range."""
        if self.kind == "categorical":
            return len(self.values)
        return self.high - self.low + 1 if self.kind == "integer" else math.inf

    def text(self, unit: float) -> str:
        """The value at `unit` in [0, 1], as trials receive it."""
        if self.kind == "categorical":
            return self.values[min(int(unit * len(self.values)), len(self.values) - 1)]
        start, end = (self._warp(bound) for bound in self._edges())
        value = self._unwarp(start + unit * (end - start))
        value = min(max(value, self.low), self.high)
        return str(math.floor(value + 0.5)) if self.kind == "integer" else repr(value)

    def unit(self, text: str) -> float:
        """Where a value lies; outside [0, 1] for one outside the range. Raises ValueError where it has no place."""
        if self.kind == "categorical":
            return (self.values.index(text) + 0.5) / len(self.values)
        start, end = (self._warp(bound) for bound in self._edges())
        return (self._warp(float(text)) - start) / (end - start) if end > start else 0.5

    def _edges(self) -> tuple[float, float]:
        # Half a step more at each end gives the first and last integer the same share as the others.
        return (self.low - 0.5, self.high + 0.5) if self.kind == "integer" else (self.low, self.high)

    def _warp(self, value: float) -> float:
        match self.scaling:
            case "Logarithmic":
                return math.log(value)
            case "ReverseLogarithmic":
                return -math.log1p(-value)
            case _:
                return value

    def _unwarp(self, value: float) -> float:
        match self.scaling:
            case "Logarithmic":
                return math.exp(value)
            case "ReverseLogarithmic":
                return -math.expm1(-value)
            case _:
                return value


@dataclass(frozen=True)
class Space:
    """All dimensions, sorted by name: the order of the request's lists plays no part in what a seed gives."""

    dimensions: tuple[Dimension, ...]

    @property
    def size(self) -> float:
        """The number of different points."""
        return math.prod(dimension.size for dimension in self.dimensions)

    def point(self, units: Sequence[float]) -> dict[str, str]:
        """Hyperparameters at a point of the unit cube."""
        return {each.name: each.text(unit) for each, unit in zip(self.dimensions, units, strict=True)}

    def units(self, point: Mapping[str, str]) -> list[float] | None:
        """Where hyperparameters lie in the unit cube; None where one is missing or has no place on its dimension."""
        try:
            return [each.unit(point[each.name]) for each in self.dimensions]
        except (KeyError, ValueError):
            return None


def read_space(ranges: Mapping[str, Any]) -> Space:
    """The space of a request's ParameterRanges; raises ValidationException for one that cannot be searched."""
    if ranges.get("AutoParameters"):
        raise validation_error("The local stack has no Autotune: give ranges instead of AutoParameters, or run on AWS.")
    dimensions = [_dimension(given, kind) for member, kind in _KINDS for given in ranges.get(member, ())]
    names = [dimension.name for dimension in dimensions]
    if not names:
        raise validation_error("At least one hyperparameter range must be specified in the hyperparameter tuning job.")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise validation_error(f"The hyperparameter [{twice}] is in more than one range: give each name once.")
    if len(names) > MAX_TUNED:
        raise validation_error(f"{len(names)} hyperparameters have ranges: a tuning job searches {MAX_TUNED} at most.")
    return Space(tuple(sorted(dimensions, key=lambda dimension: dimension.name)))


def _dimension(given: Mapping[str, Any], kind: Kind) -> Dimension:
    name = given["Name"]
    if kind == "categorical":
        values = tuple(given["Values"])
        if len(set(values)) < len(values):
            raise validation_error(f"The categorical hyperparameter [{name}] has a value twice: {', '.join(values)}.")
        return Dimension(name, kind, values=values)
    low, high = (_number(given[member], member, name, kind) for member in ("MinValue", "MaxValue"))
    if low > high or (low == high and kind == "continuous"):
        raise validation_error(
            f"The MinValue [{given['MinValue']}] of hyperparameter [{name}] must be less than its MaxValue "
            f"[{given['MaxValue']}]."
        )
    scaling = given.get("ScalingType", "Auto")
    if scaling == "Auto":
        scaling = "Logarithmic" if low > 0 and high / low >= _AUTO_LOGARITHMIC_RATIO else "Linear"
    if scaling == "Logarithmic" and low <= 0:
        raise validation_error(
            f"Logarithmic scaling needs values greater than 0, and hyperparameter [{name}] has MinValue "
            f"[{given['MinValue']}]."
        )
    if scaling == "ReverseLogarithmic" and (kind == "integer" or low < 0 or high >= 1):
        raise validation_error(
            "ReverseLogarithmic scaling needs a continuous range within 0 <= x < 1.0, and hyperparameter "
            f"[{name}] is {kind} from {given['MinValue']} to {given['MaxValue']}."
        )
    return Dimension(name, kind, low, high, scaling)


def _number(text: str, member: str, name: str, kind: Kind) -> float:
    try:
        value = float(int(text)) if kind == "integer" else float(text)
    except ValueError as error:
        wanted = "an integer" if kind == "integer" else "a number"
        raise validation_error(f"The {member} [{text}] of hyperparameter [{name}] is not {wanted}.") from error
    if not math.isfinite(value):
        raise validation_error(f"The {member} [{text}] of hyperparameter [{name}] is not finite.")
    return value
