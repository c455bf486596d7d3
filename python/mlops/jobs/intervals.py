"""How sure a metric is: standard deviations and 95 % confidence intervals, deterministic throughout."""

from __future__ import annotations

import math
from typing import Any, Callable, NamedTuple

import numpy as np

# The 97.5 % point of the standard normal distribution.
_Z = 1.959963984540054
_DRAWS = 2000
_SEED = 42


class Estimate(NamedTuple):
    """A metric's value, its standard deviation and 95 % interval, both None where the data cannot tell them."""

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
    return Estimate(share, math.sqrt(share * (1 - share) / total), (low, high), "Wilson")


def mean(losses: np.ndarray[Any, Any]) -> Estimate:
    """The mean of per-row losses, at least two, with its standard error and the normal interval."""
    value = float(losses.mean())
    error = float(losses.std(ddof=1)) / math.sqrt(len(losses))
    return Estimate(value, error, (max(0.0, value - _Z * error), value + _Z * error), "normal")


def of_counts(metric: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], counts: np.ndarray[Any, Any]) -> Estimate:
    """A metric of the confusion matrix with its bootstrap standard deviation and percentile interval.

    counts: the four cells. metric: (n, 4) counts → n values. Drawing rows with replacement draws the cells from a
    multinomial distribution, so 2000 draws of the cells are 2000 bootstrap samples of the rows.
    """
    total = int(counts.sum())
    draws = metric(np.random.RandomState(_SEED).multinomial(total, counts / total, size=_DRAWS))
    low, high = np.percentile(draws, [2.5, 97.5])
    value = float(metric(counts[np.newaxis, :])[0])
    return Estimate(value, float(draws.std(ddof=1)), (float(low), float(high)), f"bootstrap, {_DRAWS} draws")


def auc(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> Estimate:
    """Area under the ROC curve with DeLong's variance. positive: n booleans of both values; scores: n floats.

    DeLong, DeLong and Clarke-Pearson 1988, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44:837-845, computed from mid-ranks in n log n steps as in Sun and Xu 2014,
    "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21:1389-1393. The interval is the normal
    one, cut at 0 and 1; with a single row in a class there is no variance and no interval.
    """
    hits, misses = scores[positive], scores[~positive]
    ranks = midranks(scores)
    # For each positive, the share of negatives below it (ties half); for each negative, of positives above it.
    above = (ranks[positive] - midranks(hits)) / len(misses)
    below = 1 - (ranks[~positive] - midranks(misses)) / len(hits)
    value = float(above.mean())
    if len(hits) < 2 or len(misses) < 2:
        return Estimate(value, None, None, "DeLong")
    deviation = math.sqrt(float(above.var(ddof=1)) / len(hits) + float(below.var(ddof=1)) / len(misses))
    return Estimate(
        value, deviation, (max(0.0, value - _Z * deviation), min(1.0, value + _Z * deviation)), "DeLong"
    )  # fmt: skip


def midranks(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse])
