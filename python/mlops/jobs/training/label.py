"""The label column: which rows are positive, and what is wrong with a column that has other values than the two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..diagnose import line_of_row
from ..errors import JobError, quoted
from ..row_encoder import dictionary
from ..schema import Schema
from ..source import Source
from .number_columns import MISSING_WORDS, number_of
from .split import FEWEST_ROWS_OF_A_CLASS

TWO_CLASSES = "this system predicts two classes"
_SHOWN_VALUES = 5
# A label of more different numbers than this is a quantity and no name of a class.
_MOST_CLASSES = 10


def positive_rows(source: Source, schema: Schema) -> np.ndarray[Any, Any]:
    """Whether each row's label is the positive one. Raises JobError unless the column has two classes to learn from."""
    label = schema.label
    texts = pc.utf8_trim_whitespace(source.columns[label.name])
    encoded = pc.index_in(texts, value_set=pa.array([label.negative, label.positive], type=pa.string()))
    codes = pc.fill_null(encoded, -1).to_numpy()
    unknown = np.flatnonzero(codes < 0)
    if len(unknown):
        given = pc.invert(pc.is_in(texts, value_set=pa.array(["", *schema.missing_values], type=pa.string())))
        wrong = np.flatnonzero((codes < 0) & given.to_numpy())
        row = int(wrong[0] if len(wrong) else unknown[0])
        file, index = source.place(row)
        line = line_of_row(file.content, schema.delimiter, index)
        raise JobError(
            f"{file.name} line {line}, label column {quoted(label.name)}: {quoted(texts[row].as_py())} is neither "
            f"{quoted(label.positive)} (positive) nor {quoted(label.negative)} (negative), {len(unknown)} of "
            f"{source.rows} rows; {_diagnosis(label_counts(source, schema), schema)}"
        )
    counts = {label.negative: int((codes == 0).sum()), label.positive: int((codes == 1).sum())}
    names = ", ".join(file.name for file, _ in source.files)
    for value, count in counts.items():
        if count == 0:
            raise JobError(
                f"{names}: all {source.rows} rows have one class, none has the label {quoted(value)}; add rows of it, "
                "or correct label.positive and label.negative in the schema"
            )
    for value, count in counts.items():
        if count < FEWEST_ROWS_OF_A_CLASS:
            raise JobError(
                f"{names}: {count} of {source.rows} rows have the label {quoted(value)}; a stratified split 70/15/15 "
                f"needs at least {FEWEST_ROWS_OF_A_CLASS} of each class: add rows"
            )
    return np.asarray(codes == 1)


def label_counts(source: Source, schema: Schema) -> dict[str, int]:
    """Rows of each text in the label column, most frequent first; those without a label under the empty text."""
    indices, texts = dictionary(source.columns[schema.label.name])
    counts: dict[str, int] = {}
    for text, count in zip(texts, np.bincount(indices, minlength=len(texts)).tolist()):
        text = "" if text in schema.missing_values else text
        counts[text] = counts.get(text, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _diagnosis(counts: dict[str, int], schema: Schema) -> str:
    """What the column is, given that it has other texts than the schema's two, and what to do."""
    label = schema.label
    classes = {label.positive, label.negative}
    lost = {text: n for text, n in counts.items() if text.casefold() in MISSING_WORDS and text not in classes}
    values = {text: n for text, n in counts.items() if text not in lost}
    unlabelled = f"{sum(lost.values())} row{'' if sum(lost.values()) == 1 else 's'}"
    if set(values) <= classes:
        return f"the label is missing in {unlabelled}: fill it in, or delete these rows"
    missing = f" (and is missing in {unlabelled})" if lost else ""
    if len(values) == 1:
        return f"{TWO_CLASSES}; the label has one value: {_listed(values)}{missing}; add rows of another class"
    if len(values) == 2:
        return f"the label has the values {_listed(values)}{missing}; {_renamed(values, schema)}"
    spellings = len({_spelling(text) for text in values})
    if spellings == 2:
        return (
            f"the label has two classes in {len(values)} spellings: {_listed(values)}{missing}; write each in one way"
        )
    numbers = [number for number in map(number_of, values) if number is not None]
    if len(numbers) == len(values) > _MOST_CLASSES:
        return (
            f"{TWO_CLASSES}; the label has {len(values)} different numbers, from {min(numbers):g} to {max(numbers):g}"
            f"{missing}, and is a quantity; choose another label, or make two classes of it by a threshold"
        )
    return (
        f"{TWO_CLASSES}; the label has {len(values)} values: {_listed(values)}{missing}; keep the rows of two classes, "
        "or merge the others into them"
    )


def _renamed(values: dict[str, int], schema: Schema) -> str:
    """The remedy for two values of which the schema names one or none."""
    roles = {"label.positive": schema.label.positive, "label.negative": schema.label.negative}
    wrong = {role: text for role, text in roles.items() if text not in values}
    left = [text for text in values if text not in roles.values()]
    alike = {role: [text for text in left if _spelling(text) == _spelling(old)] for role, old in wrong.items()}
    if len(wrong) == 1:
        alike = dict.fromkeys(wrong, left)
    if all(len(found) == 1 for found in alike.values()):
        named = " and ".join(f"{role} to {quoted(found[0])}" for role, found in alike.items())
        return f"set {named} in the schema"
    return "set label.positive and label.negative in the schema to them, each as it stands in the file"


def _listed(values: dict[str, int]) -> str:
    shown = ", ".join(f"{quoted(text)} ({count})" for text, count in list(values.items())[:_SHOWN_VALUES])
    return shown if len(values) <= _SHOWN_VALUES else f"{shown} and {len(values) - _SHOWN_VALUES} more"


def _spelling(text: str) -> str:
    """The same for texts that differ in case, or in how they write a number, only."""
    number = number_of(text)
    return text.casefold() if number is None else repr(number)
