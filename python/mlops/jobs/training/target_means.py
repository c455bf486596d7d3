"""Fitting the encoder: a code for each category, and the codes of the training rows themselves, out of fold.

A category's code is its share of positive labels, drawn to the overall share p by the weight of m rows:
(positives + m p) / (rows + m). The weight is estimated for each feature from the variance between its categories beyond
chance (the ANOVA estimator of the intraclass correlation r, m = (1 - r) / r: Ridout, Demetrio and Firth 1999,
"Estimating intraclass correlation for binary data"). Where categories differ no more than chance may have them differ,
as those of a ticket number do, m is infinite and every code is p. Chance is one standard error of Pearson's
chi-squared statistic, whose variance is that of the binomial shares, so that it holds for categories of a row too.

A training row must not see its own label in its code, or the model would learn from a column of near-unique texts what
no other row can tell it. So the training rows are dealt into folds, and a row's code comes from the rows of the other
folds (Micci-Barreca 2001 for the means; the scheme is scikit-learn's TargetEncoder's). Validation, test and serving use
all training rows.

A category is large if its share of the rarer class's rows, were it like the others, is OWN_ROWS, and
OWN_ROWS_PER_CATEGORY for each category of its feature. Its training rows have the one code that serving gives, for one
label among so many hardly moves it, and no other large category has the same. So a category that has no effect of its
own can still matter together with another feature.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Sequence

import numpy as np

from ..row_encoder import Encoder, Feature, category, dictionary

FOLDS = 5
OWN_ROWS = 50
OWN_ROWS_PER_CATEGORY = 10
STANDARD_ERRORS = 1  # by which the categories of a feature must differ more than expected
LEAST_WEIGHT = 1.0  # one row alone never has its category's whole say
# Codes are multiples of this: finer than any data can tell, and short in a file.
_DECIMALS = 6


class Fitted(NamedTuple):
    """The encoder, the codes of the training rows (category feature → n floats), and each category's training rows.

    `rows` maps a category feature to the number of training rows of each of its categories, in no order.
    """

    encoder: Encoder
    codes: dict[str, np.ndarray[Any, Any]]
    rows: dict[str, np.ndarray[Any, Any]]


def fit(
    types: dict[str, str],
    columns: dict[str, Any],
    positive: np.ndarray[Any, Any],
    missing_values: Sequence[str],
    seed: int,
) -> Fitted:
    """Fit the encoder on training rows, and encode them out of fold.

    types: feature → "number" | "category", in order. columns: feature → pyarrow string array of n rows. positive: n
    booleans, whether the row's label is the positive one. seed: of the folds.
    """
    missing = {category(text) for text in missing_values}
    prior = float(_rounded(positive.mean()))
    folds = _folds(positive, seed)
    features, codes, rows = [], {}, {}
    for name, kind in types.items():
        means: dict[str, float] = {}
        if kind == "category":
            indices, texts = _indices(columns[name], missing)
            codes[name], values, rows[name] = _encoded(indices, len(texts), positive, folds, prior)
            means = dict(zip(texts, values.tolist()))
        features.append(Feature(name, kind, means))
    return Fitted(Encoder(features, prior, missing_values), codes, rows)


def _folds(positive: np.ndarray[Any, Any], seed: int) -> np.ndarray[Any, Any]:
    """A fold for each row; each class is dealt by itself, so that a class of few rows is spread as far as it goes."""
    generator = np.random.RandomState(seed)
    folds = np.empty(len(positive), dtype=np.int64)
    for members in (np.flatnonzero(~positive), np.flatnonzero(positive)):
        folds[members[generator.permutation(len(members))]] = np.arange(len(members)) % FOLDS
    return folds


def _indices(column: Any, missing: set[str]) -> tuple[np.ndarray[Any, Any], list[str]]:
    """A column as indices (-1 where missing) into its categories, which are sorted."""
    indices, values = dictionary(column)
    texts = [category(text) for text in values]
    categories = sorted(set(texts) - missing)
    place = {text: number for number, text in enumerate(categories)}
    table = np.array([*(place.get(text, -1) for text in texts), -1], dtype=np.int64)
    return table[indices], categories


def _encoded(
    indices: np.ndarray[Any, Any], count: int, positive: np.ndarray[Any, Any], folds: np.ndarray[Any, Any], prior: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Codes of the rows, codes of the categories, rows of the categories."""
    known = indices >= 0
    cells = indices[known] * FOLDS + folds[known]
    totals = np.bincount(cells, minlength=count * FOLDS).reshape(count, FOLDS)
    positives = np.bincount(cells[positive[known]], minlength=count * FOLDS).reshape(count, FOLDS)
    rows, hits = totals.sum(axis=1), positives.sum(axis=1)
    weight = prior_rows(rows, hits)
    large = rows * min(prior, 1 - prior) >= max(OWN_ROWS, OWN_ROWS_PER_CATEGORY * count)
    values = _rounded(_means(hits, rows, prior, weight))
    values[large] = _distinct(values[large])
    table = _rounded(_means(hits[:, None] - positives, rows[:, None] - totals, prior, weight))
    table[large] = values[large, None]
    codes = np.full(len(indices), math.nan)
    codes[known] = table.reshape(-1)[cells]
    return codes, values, rows


def prior_rows(rows: np.ndarray[Any, Any], positives: np.ndarray[Any, Any]) -> float:
    """The weight m, in rows, of the overall share in a category's own share; infinite where categories do not differ.

    rows, positives: of each category. Sums are exact, so that the order of the categories and the machine do not
    matter.
    """
    total, count = int(rows.sum()), len(rows)
    if count < 2 or total == count:  # nothing to compare, or no category has a row to compare with
        return math.inf
    overall = positives.sum() / total
    shares = positives / rows
    between = math.fsum(rows * (shares - overall) ** 2) / (count - 1)
    within = math.fsum(positives * (1 - shares)) / (total - count)
    size = (total - math.fsum(rows * (rows / total))) / (count - 1)
    if between <= within or not _differ(rows, shares, overall):
        return math.inf
    return max(LEAST_WEIGHT, within * size / (between - within))


def _differ(rows: np.ndarray[Any, Any], shares: np.ndarray[Any, Any], overall: float) -> bool:
    """Whether the shares of positives differ by more than chance: Pearson's chi-squared statistic.

    For a category of n rows, n (share - overall)² / (overall (1 - overall)) has the mean 1 and the variance 2 +
    (1 / (overall (1 - overall)) - 6) / n, from the binomial distribution's fourth moment.
    """
    variance = overall * (1 - overall)
    excess = math.fsum(rows * (shares - overall) ** 2 / variance) - (len(rows) - 1)
    return bool(excess > STANDARD_ERRORS * math.sqrt(math.fsum(2 + (1 / variance - 6) / rows)))


def _means(positives: Any, rows: Any, prior: float, weight: float) -> Any:
    if math.isinf(weight):
        return np.full(np.shape(positives), prior)
    return (positives + weight * prior) / (rows + weight)


def _rounded(values: Any) -> Any:
    scale = 10.0**_DECIMALS
    return np.rint(values * scale) / scale


def _distinct(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The codes, none like another: equal ones lie a millionth apart, in the order of their categories, up to 1."""
    order = np.argsort(values, kind="stable")
    units = np.rint(values[order] * 10.0**_DECIMALS)
    ranks = np.arange(len(units))
    result = np.empty_like(values)
    units = np.maximum.accumulate(units - ranks) + ranks
    result[order] = np.minimum(units, 10.0**_DECIMALS - ranks[::-1]) / 10.0**_DECIMALS
    return result
