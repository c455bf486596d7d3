"""The stratified split of the rows into train, validation and test."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import JobError

# A row for validation, one for the test, two to learn from. Without a row of each class a split has no AUC.
FEWEST_ROWS_OF_A_CLASS = 4


def sizes(negatives: int, positives: int) -> dict[str, tuple[int, int]]:
    """Negative and positive rows of each split.

    Validation and test take 15 % of all rows each, rounded half up, with 15 % of the positive ones among them, rounded
    half up too, and at least one row of each class; training takes the rest.
    """
    rows = _fifteen_percent(negatives + positives)
    part_positive = max(1, _fifteen_percent(positives))
    part = (max(1, rows - part_positive), part_positive)
    return {"train": (negatives - 2 * part[0], positives - 2 * part[1]), "validation": part, "test": part}


def _fifteen_percent(rows: int) -> int:
    return (15 * rows + 50) // 100


def stratified_split(positive: np.ndarray[Any, Any], seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Row indices of each split, ascending. positive: n booleans.

    Each class is drawn by itself, so that every split has the class balance of the whole, to a row. The rows are drawn
    with numpy's legacy generator, whose stream numpy guarantees never to change (NEP 19): the same rows come out in
    every image. Raises JobError for a seed outside that generator's range; the caller sees to it that each class has
    FEWEST_ROWS_OF_A_CLASS.
    """
    if not 0 <= seed < 2**32:
        raise JobError(f"--seed is {seed}; it must lie between 0 and 4294967295")
    generator = np.random.RandomState(seed)
    classes = [np.flatnonzero(~positive), np.flatnonzero(positive)]
    counts = sizes(len(classes[0]), len(classes[1]))
    chosen: dict[str, list[Any]] = {name: [] for name in counts}
    for index, members in enumerate(classes):
        drawn = members[generator.permutation(len(members))]
        start = 0
        for name, count in counts.items():
            chosen[name].append(drawn[start : start + count[index]])
            start += count[index]
    return {name: np.sort(np.concatenate(parts)) for name, parts in chosen.items()}
