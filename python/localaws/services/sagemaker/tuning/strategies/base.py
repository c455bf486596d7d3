"""What a strategy knows and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Observation", "Strategy"]


@dataclass(frozen=True)
class Observation:
    """One trial, of this tuning job or of a parent.

    `score`: the objective where higher is better (a metric to minimise comes negated), None while the trial runs and
    after one that gave none.
    """

    point: dict[str, str]
    score: float | None = None
    running: bool = False
    own: bool = field(default=True)


class Strategy(Protocol):
    """Chooses hyperparameters for the next trial."""

    def next(self, observed: Sequence[Observation]) -> dict[str, str] | None:
        """The next trial's hyperparameters; None when there is nothing left to try."""
