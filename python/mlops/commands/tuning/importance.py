"""Which hyperparameter mattered, as far as so few trials can say, and where they cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops.aws.tuning_jobs import Trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Importance", "Importances", "importances"]

_FEWEST = 5  # trials below which a curve through three parameters fits anything
_SHUFFLES = 400
_CHANCE = 0.05


@dataclass(frozen=True)
class Importance:
    """``explained``: the share of the objective's variance, 0 to 1, that a parabola in this hyperparameter adds to
    those of the more important ones (None where it cannot be told). ``correlation``: Spearman's rank correlation with
    the objective, -1 to 1 (None for text, for fewer than three values, and for fewer than five trials)."""

    name: str
    explained: float | None
    correlation: float | None


@dataclass(frozen=True)
class Importances:
    """``ranked``: every tuned hyperparameter, most important first; all shares together are at most 1.
    ``untold``: why the trials do not tell what mattered, or None where they do."""

    ranked: tuple[Importance, ...]
    untold: str | None


def importances(trials: Sequence[Trial]) -> Importances:
    """What the trials that ran to their end say; one that was stopped early has the objective of fewer rounds.

    Hyperparameters are chosen one after the other, each time the one that predicts best, with those before it, trials
    that the curves were not fitted to (leave-one-out R²). One counts only if it adds more than the best of all would in
    95 of 100 shuffles of what is not explained yet (Freedman and Lane 1983, "A nonstochastic interpretation of reported
    significance levels").
    """
    ended = [trial for trial in trials if trial.objective is not None and trial.status == "Completed"]
    names = sorted({name for trial in trials for name in trial.parameters})
    columns = {name: numbers for name in names if (numbers := _numbers(name, ended)) is not None}
    objectives = [trial.objective or 0.0 for trial in ended]
    untold = None
    shares: dict[str, float] = {}
    if len(ended) < _FEWEST:
        untold = f"{len(ended)} trials ran to their end, and {_FEWEST} are the fewest that say anything"
    elif len(set(objectives)) == 1:
        untold = f"all {len(ended)} trials gave the same objective"
    elif not (shares := _shares(columns, objectives)):
        untold = f"the differences between {len(ended)} trials are within chance"
    said = len(ended) >= _FEWEST and len(set(objectives)) > 1
    found = [
        Importance(
            name,
            None if untold or name not in columns else shares.get(name, 0.0),
            _spearman(columns[name], objectives) if name in columns and said else None,
        )
        for name in names
    ]
    return Importances(
        tuple(sorted(found, key=lambda each: (-(each.explained or 0.0), -abs(each.correlation or 0.0)))), untold
    )


def _numbers(name: str, trials: Sequence[Trial]) -> list[float] | None:
    """A hyperparameter's values; None for text, and where there are too few different ones for a parabola."""
    try:
        values = [float(trial.parameters[name]) for trial in trials]
    except (KeyError, ValueError):
        return None
    return values if len(set(values)) >= 3 else None


def _shares(columns: Mapping[str, list[float]], objectives: list[float]) -> dict[str, float]:
    """Name → what it adds to the leave-one-out R², in the order in which they were chosen; chance is left out."""
    import numpy as np

    y = np.array(objectives)[:, None]
    generator = np.random.default_rng(0)  # the same trials give the same answer
    design = np.ones_like(y)
    reached, shares = 0.0, dict[str, float]()
    while left := [name for name in columns if name not in shares]:
        designs = {name: np.column_stack([design, _parabola(columns[name])]) for name in left}
        if next(iter(designs.values())).shape[1] >= len(y) - 1:  # a fit without freedom predicts nothing
            break
        gains = {name: float(_predicted(designs[name], y)[0]) - reached for name in left}
        best = max(gains, key=lambda name: gains[name])
        if gains[best] <= 0:
            break
        fitted = _hat(design) @ y
        order = np.argsort(generator.random((_SHUFFLES, len(y))), axis=1)
        shuffled = fitted + (y - fitted)[order, 0].T
        base = _predicted(design, shuffled)
        by_chance = np.max([_predicted(each, shuffled) - base for each in designs.values()], axis=0)
        if float((by_chance >= gains[best]).mean()) > _CHANCE:
            break
        shares[best] = gains[best]
        reached += gains[best]
        design = designs[best]
    return shares


def _parabola(values: list[float]) -> NDArray[Any]:
    import numpy as np

    x = np.array(values)
    x = (x - x.mean()) / x.std()
    return np.column_stack([x, x * x])


def _hat(design: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.asarray(design @ np.linalg.pinv(design))


def _predicted(design: NDArray[Any], objectives: NDArray[Any]) -> NDArray[Any]:
    """Leave-one-out R² of least squares for each column of objectives (trials x columns), at most 1."""
    import numpy as np

    hat = _hat(design)
    # Leave-one-out residuals come from the fit itself; those of the mean are y less the mean of the others.
    left_out = (objectives - hat @ objectives) / np.maximum(1 - np.diag(hat), 1e-9)[:, None]
    of_mean = (objectives - objectives.mean(axis=0)) * len(objectives) / (len(objectives) - 1)
    return np.asarray(1 - (left_out**2).sum(axis=0) / np.maximum((of_mean**2).sum(axis=0), 1e-300))


def _spearman(values: list[float], objectives: list[float]) -> float:
    import numpy as np

    return float(np.corrcoef(_ranks(values), _ranks(objectives))[0, 1])


def _ranks(values: list[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(values)
    return [order.index(value) + (order.count(value) + 1) / 2 for value in values]
