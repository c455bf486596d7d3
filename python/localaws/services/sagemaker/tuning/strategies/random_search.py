"""Random search: independent draws, uniform on each range's scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from localaws.services.sagemaker.tuning.space import Space
from localaws.services.sagemaker.tuning.strategies.base import Observation

__all__ = ["RandomSearch"]

_DRAWS = 100


class RandomSearch:
    """The same seed gives the same points, however trials end. Points are new as long as there are any."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        self._random = np.random.default_rng(seed)
        self._given: list[dict[str, str]] = []

    def next(self, observed: Sequence[Observation]) -> dict[str, str] | None:
        point: dict[str, str] = {}
        for _ in range(_DRAWS):
            point = self._space.point(self._random.random(len(self._space.dimensions)).tolist())
            if point not in self._given:
                break
        self._given.append(point)
        return point
