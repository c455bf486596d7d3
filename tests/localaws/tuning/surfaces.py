"""Surfaces to search without training anything, and a search on them as a tuning job does it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from localaws.services.sagemaker.tuning.space import Space, read_space
from localaws.services.sagemaker.tuning.strategies import Observation, make_strategy

ADULT = Path(__file__).resolve().parents[3] / "data" / "adult" / "adult.csv"

RANGES = {
    "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "10"}],
    "ContinuousParameterRanges": [
        {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.3", "ScalingType": "Logarithmic"},
        {"Name": "subsample", "MinValue": "0.5", "MaxValue": "1"},
        {"Name": "colsample_bytree", "MinValue": "0.5", "MaxValue": "1"},
        {"Name": "min_child_weight", "MinValue": "1", "MaxValue": "10"},
    ],
}
# As the assessment has them: the scale is left to the service.
ASSESSED = {
    kind: [{name: value for name, value in given.items() if name != "ScalingType"} for given in ranges]
    for kind, ranges in RANGES.items()
}


def space() -> Space:
    """The ranges of the assessment."""
    return read_space(RANGES)


def ridge(point: Mapping[str, str]) -> float:
    """Shaped as boosting is: eta and depth trade off, the others matter less; 1 at its top, and rarely near it."""
    eta, depth = math.log(float(point["eta"]) / 0.06), float(point["max_depth"])
    value = 1.0 - 0.12 * eta**2 - 0.015 * (depth - 6 + 1.5 * eta) ** 2
    value -= 0.5 * (float(point["subsample"]) - 0.8) ** 2 + 0.3 * (float(point["colsample_bytree"]) - 0.6) ** 2
    return value - 0.002 * (float(point["min_child_weight"]) - 4) ** 2


def trials_until(
    strategy: str, seed: int, target: float, surface: Callable[[Mapping[str, str]], float] = ridge, most: int = 60
) -> int:
    """How many trials a search with two at once takes until one reaches `target`; `most` + 1 where none does."""
    searched = make_strategy(strategy, space(), seed)
    ended: list[Observation] = []
    running: list[dict[str, str]] = []
    for number in range(1, most + 1):
        point = searched.next([*ended, *(Observation(each, running=True) for each in running)])
        assert point is not None
        running.append(point)
        if len(running) == 2:
            first = running.pop(0)
            ended.append(Observation(first, surface(first)))
        if surface(point) >= target:
            return number
    return most + 1


def adult_matrices(train: int, validation: int) -> tuple[Any, Any]:
    """Rows of the bundled data set, categories as numbers, as two matrices of xgboost's."""
    import pandas as pd
    import xgboost

    frame = pd.read_csv(ADULT, nrows=train + validation)
    label = (frame.pop("income") == ">50K").astype(int)
    codes = frame.apply(lambda column: column if column.dtype.kind in "if" else column.astype("category").cat.codes)
    parts = (slice(0, train), slice(train, None))
    first, second = (xgboost.DMatrix(codes[part], label=label[part], nthread=1) for part in parts)
    return first, second


def adult_auc(point: Mapping[str, str], train: Any, validation: Any) -> float:
    """validation:auc after 40 rounds with these hyperparameters."""
    import xgboost

    parameters = {"objective": "binary:logistic", "eval_metric": "auc", "nthread": 1, **point}
    scores: dict[str, Any] = {}
    xgboost.train(parameters, train, 40, evals=[(validation, "v")], evals_result=scores, verbose_eval=False)
    return float(scores["v"]["auc"][-1])
