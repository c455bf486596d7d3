"""Columns that look like identifiers: a category whose values hardly ever return says little about the next row."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import quoted

# Fewer values than this are no identifiers of anything: a small data set may just not have its categories twice.
_FEWEST_VALUES = 20
_RARE_ROWS = 3
_SHARE_OF_ROWS = 0.75


def identifier_warnings(rows: dict[str, np.ndarray[Any, Any]]) -> list[str]:
    """A warning for each category feature that looks like an identifier in the training rows.

    rows: category feature → training rows of each of its values; rows without a value do not count.
    """
    found = {name: identifier_problem(counts, "training rows") for name, counts in rows.items()}
    return [f"column {quoted(name)} {problem}" for name, problem in found.items() if problem]


def identifier_problem(counts: np.ndarray[Any, Any], rows: str) -> str | None:
    """What to say of a category that has mostly values of three rows or fewer; counts: the rows of each value.

    Mostly: in three quarters of the rows, so that a column of frequent values with many rare ones beside them is none.
    """
    total = int(counts.sum())
    if len(counts) < _FEWEST_VALUES or counts[counts <= _RARE_ROWS].sum() < _SHARE_OF_ROWS * total:
        return None
    return (
        f"looks like an identifier: {len(counts)} distinct values in {total} {rows}, from which a model can learn "
        "little; list it under ignored in the schema, or replace its values by fewer groups"
    )
