"""What a data set must be for the pipeline, checked by the preprocessing job and by `mlops data check` alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DataError, JobError, quoted
from ..row_encoder import category, dictionary
from ..schema import Schema
from ..source import Source
from .identifiers import identifier_problem
from .label import positive_rows
from .number_columns import is_date, is_decimal_comma, is_number, number_problem

# Texts that are looked at to tell what a column holds.
_LOOKED_AT = 1000
# A category of more numbers than this is likely to be meant as a number.
_MANY_NUMBERS = 20


def checked_labels(source: Source, schema: Schema) -> np.ndarray[Any, Any]:
    """Whether each row's label is the positive one. Raises DataError with every problem of labels and numbers."""
    problems: list[str] = []
    positive = np.zeros(0, dtype=bool)
    try:
        positive = positive_rows(source, schema)
    except JobError as error:
        problems.append(str(error))
    numbers = [name for name, kind in schema.features.items() if kind == "number"]
    problems += [found for found in (number_problem(source, schema, name) for name in numbers) if found]
    if problems:
        raise DataError(problems)
    return positive


def column_warnings(source: Source, schema: Schema) -> list[str]:
    """What the pipeline accepts and a model can do little with: one line each."""
    return [
        f"column {quoted(name)} {found}"
        for name, kind in schema.features.items()
        for found in [_warning(value_counts(source, schema, name), kind, source.rows)]
        if found
    ]


def value_counts(source: Source, schema: Schema, name: str) -> dict[str, int]:
    """Rows of each value of a feature, most frequent first; missing values are left out."""
    indices, texts = dictionary(source.columns[name])
    texts = [category(text) for text in texts]
    missing = {category(text) for text in schema.missing_values}
    counts: dict[str, int] = {}
    for text, count in zip(texts, np.bincount(indices[indices >= 0], minlength=len(texts)).tolist()):
        if text not in missing:
            counts[text] = counts.get(text, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _warning(counts: dict[str, int], kind: str, rows: int) -> str | None:
    if not counts:
        return f"is missing in all {rows} rows; list it under ignored in the schema, or correct missing_values"
    first = next(iter(counts))
    if counts[first] == rows:
        return f"has the value {quoted(first)} in all {rows} rows; list it under ignored in the schema"
    if kind == "number":
        return None
    texts = list(counts)[:_LOOKED_AT]
    if all(map(is_date, texts)):
        return (
            f"is a category of dates such as {quoted(first)}; replace it by a number, such as the days since a fixed "
            "date, or by groups such as the month"
        )
    if len(texts) > _MANY_NUMBERS and all(is_number(text) or is_decimal_comma(text) for text in texts):
        comma = next((text for text in texts if is_decimal_comma(text)), None)
        if comma:
            return (
                f"is a category of {len(counts)} numbers with decimal commas such as {quoted(comma)}; write decimal "
                "points and declare it a number"
            )
        return f"is a category of {len(counts)} numbers; declare it a number, unless the numbers are codes"
    return identifier_problem(np.array(list(counts.values())), "rows")
