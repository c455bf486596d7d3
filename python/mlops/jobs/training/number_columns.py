"""Number features: what a text that is no number looks like, and what to do about it."""

from __future__ import annotations

import math
import re
from typing import Any, Iterable

import numpy as np

from ..diagnose import line_of_row
from ..errors import quoted
from ..row_encoder import EncodingError, dictionary, parse_numbers
from ..schema import Schema
from ..source import Source

_REMEDY = "correct it, add it to missing_values in the schema, or declare the feature a category"
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]*),[0-9]+([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}([, '\u2019\u00a0\u202f][0-9]{3})+(\.[0-9]*)?")
_DATE = re.compile(
    r"[0-9]{4}([-/.])[0-9]{1,2}(\1[0-9]{1,2}([T ].*)?)?|[0-9]{1,2}([-/.])[0-9]{1,2}\4([0-9]{4}|[0-9]{2})([T ,].*)?"
    r"|[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
)
_UNIT = re.compile(r"[^\w\s.,+'-]{1,2}\s?[+-]?[0-9][0-9.,]*|[+-]?[0-9][0-9.,]*\s?([^\W\d_]{1,3}|[^\w\s.,+'-]{1,2})")
MISSING_WORDS = frozenset(
    (
        "",
        "na",
        "n/a",
        "n.a.",
        "#n/a",
        "<na>",
        "nan",
        "nat",
        "null",
        "none",
        "nil",
        "missing",
        "unknown",
        "-",
        "--",
        ".",
        "?",
    )
)


def number_problem(source: Source, schema: Schema, name: str) -> str | None:
    """The first text of a number feature that is no finite number, in words; None where all are."""
    column = source.columns[name]
    try:
        parse_numbers(name, column, [text.strip() for text in schema.missing_values])
    except EncodingError as error:
        bad = _bad_texts(column, schema)
        file, index = source.place(error.row)
        line = line_of_row(file.content, schema.delimiter, index)
        return (
            f"{file.name} line {line}, column {quoted(name)}: {quoted(error.value)} {error.rule}, "
            f"{max(1, sum(bad.values()))} of {source.rows} rows; {_advice(error.value, bad)}"
        )
    return None


def is_number(text: str) -> bool:
    """Whether a text is a finite number with a decimal point."""
    return _NUMBER.fullmatch(text) is not None and math.isfinite(float(text))


def is_decimal_comma(text: str) -> bool:
    """Whether a text is a number with a decimal comma."""
    return _DECIMAL_COMMA.fullmatch(text) is not None


def number_of(text: str) -> float | None:
    """The number that a text means, with a decimal point or a decimal comma; None where it is no finite number."""
    plain = text.replace(".", "").replace(",", ".") if is_decimal_comma(text) else text
    return float(plain) if is_number(plain) else None


def is_date(text: str) -> bool:
    """Whether a text is a date or a time of day, in figures."""
    return _DATE.fullmatch(text) is not None


def _bad_texts(column: Any, schema: Schema) -> dict[str, int]:
    """The rows of each text that is neither missing nor a finite number."""
    indices, texts = dictionary(column)
    counts = np.bincount(indices[indices >= 0], minlength=len(texts)).tolist()
    missing = {text.strip() for text in schema.missing_values}
    bad: dict[str, int] = {}
    for text, count in zip(texts, counts):
        if text not in missing and not is_number(text):
            bad[text] = bad.get(text, 0) + count
    return bad


def _advice(value: str, column: Iterable[str]) -> str:
    """The remedy for one text, in the light of the others of its column."""
    if value.casefold() in MISSING_WORDS:
        return f"it looks like a missing value: add {quoted(value)} to missing_values in the schema"
    if is_decimal_comma(value) or _THOUSANDS.fullmatch(value):
        return _separators(value, [text for text in column if is_decimal_comma(text) or _THOUSANDS.fullmatch(text)])
    if is_date(value):
        return "it looks like a date: replace it by a number, such as the days or years since a fixed date"
    if _UNIT.fullmatch(value):
        return "it looks like a number with a unit: write the number alone, with a decimal point"
    return _REMEDY


def _separators(value: str, column: list[str]) -> str:
    comma = "it looks like a decimal comma: write {} (pandas reads such a file with decimal=',')"
    thousands = "it looks like a thousands separator: write {}"
    point, plain = value.replace(".", "").replace(",", "."), re.sub(r"[^0-9.+-]", "", value)
    if any(not _THOUSANDS.fullmatch(text) for text in column):
        return comma.format(point) if is_decimal_comma(value) else thousands.format(plain)
    if any(not is_decimal_comma(text) for text in column):
        return thousands.format(plain)
    return f"it looks like a thousands separator, or a decimal comma: write {plain}, or {point}"
