"""The stratified split of the rows into train, validation and test."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import JobError

NAMES = ("train", "validation", "test")
# With fewer, 15 % round to no row, and a split without one of the classes has no AUC.
FEWEST_ROWS_OF_A_CLASS = 4


def sizes(rows: int) -> dict[str, int]:
    """Rows of each split: 15 % each for validation and test, rounded half up, and the rest for training."""
    part = (rows * 15 + 50) // 100
    return {"train": rows - 2 * part, "validation": part, "test": part}


def stratified_split(positive: np.ndarray[Any, Any], seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Row indices of each split, ascending. positive: n booleans.

    Every class is split 70/15/15 by itself, so the shares of the classes are those of the whole, to a row. The rows are
    drawn with numpy's legacy generator, whose stream numpy guarantees never to change (NEP 19): the same rows come out
    in every image. Raises JobError for a seed outside that generator's range; the caller sees to it that each class has
    FEWEST_ROWS_OF_A_CLASS.
    """
    if not 0 <= seed < 2**32:
        raise JobError(f"--seed is {seed}; it must lie between 0 and 4294967295")
    generator = np.random.RandomState(seed)
    chosen: dict[str, list[Any]] = {name: [] for name in NAMES}
    for value in (False, True):
        members = np.flatnonzero(positive == value)
        members = members[generator.permutation(len(members))]
        start = 0
        for name, count in sizes(len(members)).items():
            chosen[name].append(members[start : start + count])
            start += count
    return {name: np.sort(np.concatenate(parts)) for name, parts in chosen.items()}
