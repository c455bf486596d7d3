"""How a tuning job chooses its trials: a strategy is a file here and a line in `make_strategy`.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
"""

from __future__ import annotations

from localaws.services.sagemaker.tuning.space import Space
from localaws.services.sagemaker.tuning.strategies.base import Observation, Strategy
from localaws.services.sagemaker.tuning.strategies.grid import Grid

__all__ = ["Observation", "Strategy", "make_strategy"]


def make_strategy(name: str, space: Space, seed: int) -> Strategy:
    """The strategy of that API name. Hyperband differs from Random only in what stops trials."""
    match name:
        case "Grid":
            return Grid(space)
        case "Bayesian":
            # It imports numpy, which a stack that tunes nothing need not load.
            from localaws.services.sagemaker.tuning.strategies.bayesian import Bayesian

            return Bayesian(space, seed)
        case _:
            from localaws.services.sagemaker.tuning.strategies.random_search import RandomSearch

            return RandomSearch(space, seed)
