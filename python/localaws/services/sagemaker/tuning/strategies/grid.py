"""Grid search: every combination of categorical values, once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from localaws.services.sagemaker.tuning.space import Space
from localaws.services.sagemaker.tuning.strategies.base import Observation

__all__ = ["Grid"]


class Grid:
    """The combinations in the order of the ranges; the last name varies fastest."""

    def __init__(self, space: Space) -> None:
        names = [dimension.name for dimension in space.dimensions]
        combinations = itertools.product(*(dimension.values for dimension in space.dimensions))
        self._left = (dict(zip(names, values, strict=True)) for values in combinations)

    def next(self, observed: Sequence[Observation]) -> dict[str, str] | None:
        return next(self._left, None)
