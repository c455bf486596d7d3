"""How sure a metric is: standard deviations and 95 % confidence intervals, deterministic throughout."""

from __future__ import annotations

import math
from typing import Any, Callable, NamedTuple

import numpy as np
from scipy.special import stdtrit

_PROBABILITY = 0.975
# That point of the standard normal distribution.
_Z = 1.959963984540054
# Losses that differ by less vary by rounding alone: the scores of XGBoost are single precision.
_ROUNDING = 1e-6
# Halvings that find the bound of an interval to twelve decimals.
_HALVINGS = 40


class Estimate(NamedTuple):
    """A metric's value, its standard deviation and 95 % interval, both None where the data cannot tell them.

    Rows that show no variation, such as those of a model without an error, cannot tell a standard deviation. No
    interval has a width of zero.
    """

    value: float
    standard_deviation: float | None
    interval: tuple[float, float] | None
    method: str


def proportion(hits: int, total: int) -> Estimate:
    """`hits` of `total` with Wilson's score interval (Wilson 1927, JASA 22:209-212); 0 of 0 counts as 0."""
    if total == 0:
        return Estimate(0.0, None, None, "Wilson")
    share = hits / total
    spread = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    centre = share + _Z**2 / (2 * total)
    scale = 1 + _Z**2 / total
    # At 0 and 1 the bound is exact, rounding would pass it by 1e-17.
    low = 0.0 if hits == 0 else (centre - spread) / scale
    high = 1.0 if hits == total else (centre + spread) / scale
    deviation = math.sqrt(share * (1 - share) / total) if 0 < hits < total else None
    return Estimate(share, deviation, (low, high), "Wilson")


def mean(losses: np.ndarray[Any, Any]) -> Estimate:
    """The mean of per-row losses, at least two of them, with its standard error and Student's t interval."""
    value = float(losses.mean())
    if np.ptp(losses) < _ROUNDING:
        return Estimate(value, None, None, "t")
    error = float(losses.std(ddof=1)) / math.sqrt(len(losses))
    reach = float(stdtrit(len(losses) - 1, _PROBABILITY)) * error
    return Estimate(value, error, (max(0.0, value - reach), value + reach), "t")


def f_measure(hits: int, missed: int, false_alarms: int, beta: float) -> Estimate:
    """F-beta of true positives, false negatives and false positives, 0 where there are none of all three.

    F1 is 2 J / (1 + J) of the share J of true positives among the three, so that Wilson's interval for J gives one for
    F1. For another beta the errors are weighed by beta as they were made; where the rows show one side only, hits or
    errors, by what gives the wider interval. The deviation is that of the delta method for multinomial cells.
    """
    weight = beta * beta
    errors, total = weight * missed + false_alarms, hits + missed + false_alarms
    bounds = proportion(hits, total).interval
    if bounds is None:
        return Estimate(0.0, None, None, "Wilson")

    def value(share: float, error_weight: float) -> float:
        return (1 + weight) * share / ((1 + weight) * share + error_weight * (1 - share)) if share else 0.0

    if hits and missed + false_alarms:
        low_weight = high_weight = errors / (missed + false_alarms)
    else:
        low_weight, high_weight = max(1.0, weight), min(1.0, weight)
    interval = (value(bounds[0], low_weight), value(bounds[1], high_weight))
    measure = (1 + weight) * hits / ((1 + weight) * hits + errors)
    if not 0 < measure < 1:
        return Estimate(measure, None, interval, "Wilson")
    whole = (1 + weight) * hits + errors
    slopes = ((1 + weight) * (1 - measure), -weight * measure, -measure)
    variance = sum(count * (slope / whole) ** 2 for count, slope in zip((hits, missed, false_alarms), slopes))
    return Estimate(measure, math.sqrt(variance), interval, "Wilson")


def auc(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> Estimate:
    """Area under the ROC curve with DeLong's variance. positive: n booleans of both values; scores: n floats.

    DeLong, DeLong and Clarke-Pearson 1988, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44:837-845, computed from mid-ranks in n log n steps as in Sun and Xu 2014,
    "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21:1389-1393. The interval is that of
    the logit (Pepe 2003, "The Statistical Evaluation of Medical Tests", section 5.2), and nowhere narrower than
    Newcombe's: DeLong's variance sinks to zero as the classes separate. A single row in a class gives neither.
    """
    hits, misses = scores[positive], scores[~positive]
    ranks = midranks(scores)
    # For each positive, the share of negatives below it (ties half); for each negative, of positives above it.
    above = (ranks[positive] - midranks(hits)) / len(misses)
    below = 1 - (ranks[~positive] - midranks(misses)) / len(hits)
    value = float(above.mean())
    if len(hits) < 2 or len(misses) < 2:
        return Estimate(value, None, None, "DeLong, Newcombe")
    low, high = _newcombe(value, len(hits), len(misses))
    variance = float(above.var(ddof=1)) / len(hits) + float(below.var(ddof=1)) / len(misses)
    if variance == 0 or not 0 < value < 1:
        return Estimate(value, None, (low, high), "DeLong, Newcombe")
    deviation = math.sqrt(variance)
    logit, reach = math.log(value / (1 - value)), _Z * deviation / (value * (1 - value))
    low, high = min(low, _logistic(logit - reach)), max(high, _logistic(logit + reach))
    return Estimate(value, deviation, (low, high), "DeLong, Newcombe")


def _newcombe(value: float, hits: int, misses: int) -> tuple[float, float]:
    """The score interval of an AUC, whose width is positive at 0 and 1 too.

    Newcombe 2006, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2",
    Statistics in Medicine 25:559-573, method 5: the AUCs that lie within z standard errors of the value, with Hanley
    and McNeil's variance for classes of the same, mean size.
    """

    def too_far(candidate: float) -> bool:
        size = (hits + misses) / 2 - 1
        shape = 1 + size * ((1 - candidate) / (2 - candidate) + candidate / (1 + candidate))
        variance = candidate * (1 - candidate) * shape / (hits * misses)
        return abs(value - candidate) > _Z * math.sqrt(variance)

    return _boundary(too_far, 0.0, value), _boundary(too_far, 1.0, value)


def _boundary(too_far: Callable[[float], bool], end: float, value: float) -> float:
    """The point from `end` to `value` where `too_far` turns false; `end` itself where value lies there."""
    if value == end:
        return end
    outside, inside = end, value
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if too_far(middle) else (outside, middle)
    return inside


def _logistic(number: float) -> float:
    """1 / (1 + exp(-number)) without overflow."""
    return 1 / (1 + math.exp(-number)) if number >= 0 else math.exp(number) / (1 + math.exp(number))


def midranks(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse])
