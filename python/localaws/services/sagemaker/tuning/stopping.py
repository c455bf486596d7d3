"""Which running trials are not worth going on with."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from localaws.services.sagemaker.tuning.trials import Trial

__all__ = ["Hyperband", "MedianRule", "NoStopping", "StoppingRule"]

# The median of fewer trials, or of the first third of their rounds, says too little (slow learners are last there); AWS
# does not publish its own minima.
_EARLIER_TRIALS = 3
_WARM_UP = 1 / 3
# Each rung keeps one trial of three.
_REDUCTION = 3


class StoppingRule(Protocol):
    """Decides after each round that a trial reports."""

    def poor(self, trial: Trial, others: Sequence[Trial]) -> bool:
        """Whether to stop `trial`; looks at the rounds that it has reported since the last call."""


class NoStopping:
    """Every trial runs to its end."""

    def poor(self, trial: Trial, others: Sequence[Trial]) -> bool:
        return False


class MedianRule:
    """TrainingJobEarlyStoppingType Auto.

    A trial stops whose objective is worse than the median of the running averages that earlier trials had in the same
    round (https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html).
    """

    def poor(self, trial: Trial, others: Sequence[Trial]) -> bool:
        scores = trial.scores()
        start, trial.looked_at = trial.looked_at, len(scores)
        if start == len(scores):
            return False
        earlier = [
            other.scores()
            for other in others
            if other.definition is trial.definition and other.ended and other.status == "Completed"
        ]
        warm_up = int(_WARM_UP * max((len(past) for past in earlier), default=0))
        for index in range(max(start, warm_up), len(scores)):
            averages = [statistics.fmean(past[: index + 1]) for past in earlier if len(past) > index]
            if len(averages) >= _EARLIER_TRIALS and scores[index] < statistics.median(averages):
                return True
        return False


class Hyperband:
    """Successive halving in brackets, where trials need not wait for each other.

    A bracket's rungs are at `least`·3^s, `least`·3^(s+1), … rounds, up to `most`; at a rung a trial goes on if it is in
    the best third of those that got there. Trials are dealt to brackets s = 0, 1, … in the shares of Hyperband (Li et
    al., JMLR 2018); asynchronous stopping is that of Li et al., "A System for Massively Parallel Hyperparameter Tuning"
    (MLSys 2020).
    """

    def __init__(self, least: int, most: int) -> None:
        self._most = most
        steps = int(math.log(most / least, _REDUCTION) + 1e-9) if most > least else 0
        self._rungs = [[least * _REDUCTION**k for k in range(s, steps + 1)] for s in range(steps + 1)]
        shares = [(steps + 1) / (steps + 1 - s) * _REDUCTION ** (steps - s) for s in range(steps + 1)]
        self._shares = [share / sum(shares) for share in shares]
        self._dealt = [0] * len(shares)
        self._bracket: dict[str, int] = {}
        self._reached: dict[tuple[int, int], list[float]] = defaultdict(list)

    def poor(self, trial: Trial, others: Sequence[Trial]) -> bool:
        bracket = self._deal(trial)
        scores = trial.scores()
        start, trial.looked_at = trial.looked_at, len(scores)
        if len(scores) > self._most:
            return True
        for rung in self._rungs[bracket]:
            if start < rung <= len(scores) and rung < self._most:
                reached = self._reached[bracket, rung]
                reached.append(scores[rung - 1])
                kept = sorted(reached, reverse=True)[: max(1, len(reached) // _REDUCTION)]
                if scores[rung - 1] < kept[-1]:
                    return True
        return False

    def _deal(self, trial: Trial) -> int:
        """The trial's bracket: the one that is furthest behind its share."""
        name = trial.record.name
        if name not in self._bracket:
            total = sum(self._dealt) + 1
            behind = [share * total - dealt for share, dealt in zip(self._shares, self._dealt, strict=True)]
            self._bracket[name] = behind.index(max(behind))
            self._dealt[self._bracket[name]] += 1
        return self._bracket[name]
