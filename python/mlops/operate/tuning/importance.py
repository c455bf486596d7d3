"""Which hyperparameter mattered, as far as so few trials can say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops.operate.tuning.job import Trial

__all__ = ["Importance", "importances"]

_FEWEST = 5  # trials below which a curve through three parameters fits anything


@dataclass(frozen=True)
class Importance:
    """``explained``: the share of the objective's variance that a parabola in this hyperparameter alone predicts for
    trials that it was not fitted to (leave-one-out R², 0 to 1; None for text, and with fewer than five trials).
    ``correlation``: Spearman's rank correlation with the objective, -1 to 1."""

    name: str
    explained: float | None
    correlation: float | None

    @property
    def rank(self) -> tuple[float, float]:
        return (self.explained or 0.0, abs(self.correlation or 0.0))


def importances(trials: Sequence[Trial]) -> list[Importance]:
    """Every tuned hyperparameter, most important first; trials without an objective say nothing."""
    scored = [trial for trial in trials if trial.objective is not None]
    names = sorted({name for trial in scored for name in trial.parameters})
    objectives = [trial.objective or 0.0 for trial in scored]
    found = [_importance(name, [trial.parameters.get(name, "") for trial in scored], objectives) for name in names]
    return sorted(found, key=lambda each: each.rank, reverse=True)


def _importance(name: str, texts: list[str], objectives: list[float]) -> Importance:
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return Importance(name, None, None)
    if len(values) < _FEWEST or len(set(values)) < 3 or len(set(objectives)) < 2:
        return Importance(name, None, None)
    return Importance(name, _explained(values, objectives), _spearman(values, objectives))


def _explained(values: list[float], objectives: list[float]) -> float:
    import numpy as np

    x = np.array(values)
    x = (x - x.mean()) / x.std()
    y = np.array(objectives)
    design = np.column_stack([np.ones_like(x), x, x * x])
    hat = design @ np.linalg.pinv(design)
    # Leave-one-out residuals of least squares come from the fit itself; of the mean they are y - mean of the others.
    left_out = (y - hat @ y) / np.maximum(1 - np.diag(hat), 1e-9)
    of_mean = (y - y.mean()) * len(y) / (len(y) - 1)
    return float(max(0.0, 1 - (left_out**2).sum() / (of_mean**2).sum()))


def _spearman(values: list[float], objectives: list[float]) -> float:
    import numpy as np

    return float(np.corrcoef(_ranks(values), _ranks(objectives))[0, 1])


def _ranks(values: list[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(values)
    return [order.index(value) + (order.count(value) + 1) / 2 for value in values]
