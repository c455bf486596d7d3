"""The encoder: raw rows to the numbers that XGBoost eats. Training and serving run this same file.

A number stays a number. A category becomes its share of positive labels in the training rows, drawn to the overall
share as target_means.py describes: one column a feature, in whose order a tree finds the best two-way split of the
categories (Fisher 1958, "On grouping for maximum homogeneity"; Breiman et al. 1984, theorem 4.5). A category that no
training row has becomes the overall share. A missing value becomes NaN, for which XGBoost learns a direction at each
split.

It needs pyarrow and numpy and no other file of the folder, because a serving container installs it as a top-level
module.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

VERSION = 2
# A number in JSON's notation; a leading plus, and a point without digits on one side, are read too. A zero before
# another digit makes it text: 007 and postal codes are no numbers.
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<whole>0|[1-9][0-9]*)(?:\.(?P<part>[0-9]*))?|\.(?P<only>[0-9]+))(?:[eE](?P<power>[-+]?[0-9]{1,6}))?"
)
_BOOLEANS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}
_SHOWN_CHARACTERS = 60  # of a value that is refused, in a message
_MOST_ZEROS = 30  # that a number is written out with; beyond, it keeps its exponent


def category(text: str) -> str:
    """The one text for all the ways to write a category, in CSV and in JSON.

    Surrounding white space is no part of it. A text that is a number is the shortest decimal of the same value, exactly
    and without a limit of digits: 3.0, 3.00, +3 and 30e-1 are 3, and -0 is 0. True and TRUE are true.
    """
    text = text.strip()
    if not text or text[0] not in "+-.0123456789":
        return _BOOLEANS.get(text, text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    part = (match["part"] or match["only"] or "").rstrip("0")
    digits = ((match["whole"] or "") + part).lstrip("0")
    if not digits:
        return "0"
    significant = digits.rstrip("0")
    power = int(match["power"] or 0) - len(part) + len(digits) - len(significant)
    sign = "-" if match["sign"] == "-" else ""
    if 0 <= power <= _MOST_ZEROS:
        return sign + significant + "0" * power
    if -_MOST_ZEROS <= power < 0:
        padded = significant.rjust(1 - power, "0")
        return f"{sign}{padded[:power]}.{padded[power:]}"
    return f"{sign}{significant}e{power}"


class EncodingError(ValueError):
    """A value that cannot be encoded: `row` counts from 0, `column` is the feature's name."""

    def __init__(self, row: int, column: str, value: str, rule: str) -> None:
        shown = value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…"
        super().__init__(f"row {row + 1}, column {column!r}: {shown!r} {rule}")
        self.row, self.column, self.value, self.rule = row, column, value, rule


class Feature(NamedTuple):
    """One feature; `means` maps each category, in the form that `category` gives, to its code; empty for a number."""

    name: str
    type: str
    means: dict[str, float]


class Encoder:
    """A fitted encoder.

    `features` are in the order of the schema, which is the order of raw rows and of encoded columns; `prior` is the
    share of positive labels among the training rows, the code of a category that none of them has; `missing_values` are
    the texts that stand for no value.
    """

    def __init__(self, features: Sequence[Feature], prior: float, missing_values: Sequence[str]) -> None:
        self.features = list(features)
        self.prior = prior
        self.missing_values = [text.strip() for text in missing_values]
        self._missing = {category(text) for text in missing_values}

    @property
    def names(self) -> list[str]:
        """The features' names, in order."""
        return [feature.name for feature in self.features]

    def encode(self, columns: dict[str, Any]) -> np.ndarray[Any, Any]:
        """Encoded rows, float64 (rows, features). columns: feature → pyarrow string array; a null is a missing value.

        Raises EncodingError for a value of a number feature that is no finite number.
        """
        return self.encode_and_note(columns)[0]

    def encode_and_note(self, columns: dict[str, Any]) -> tuple[np.ndarray[Any, Any], dict[str, Any]]:
        """Encoded rows as `encode` gives them, and which values no training row has: feature → booleans (rows).

        Features without such a value are left out.
        """
        rows = len(columns[self.features[0].name])
        matrix = np.empty((rows, len(self.features)), dtype=np.float64, order="F")
        unseen: dict[str, Any] = {}
        for index, feature in enumerate(self.features):
            column = columns[feature.name]
            if feature.type == "number":
                matrix[:, index] = parse_numbers(feature.name, column, self.missing_values)
                continue
            indices, values = dictionary(column)
            texts = [category(text) for text in values]
            codes = [math.nan if text in self._missing else feature.means.get(text, self.prior) for text in texts]
            # The last entry is what the index -1, a null, picks.
            matrix[:, index] = np.array([*codes, math.nan], dtype=np.float64)[indices]
            new = [text not in feature.means and text not in self._missing for text in texts]
            if any(new):
                unseen[feature.name] = np.array([*new, False])[indices]
        return matrix, unseen

    def to_json(self) -> str:
        """The encoder as text: sorted keys, final newline; `from_json` gives it back."""
        document = {
            "version": VERSION,
            "missing_values": self.missing_values,
            "prior": self.prior,
            "features": [
                {"name": f.name, "type": f.type, **({"means": f.means} if f.type == "category" else {})}
                for f in self.features
            ],
        }
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Encoder:
        """The encoder that `to_json` wrote. Raises ValueError for another version."""
        document = json.loads(text)
        if document.get("version") != VERSION:
            raise ValueError(
                f"encoder.json has version {document.get('version')!r}, this code reads version {VERSION}: serve it "
                "with the code that lies beside it in its archive, or train again"
            )
        features = [Feature(f["name"], f["type"], f.get("means", {})) for f in document["features"]]
        return cls(features, document["prior"], document["missing_values"])


def parse_numbers(name: str, column: Any, missing_values: Sequence[str]) -> np.ndarray[Any, Any]:
    """A pyarrow string array as float64, NaN where missing. Raises EncodingError at the first text that is none.

    A missing value that is a number, as -1 is, is missing however it is written: -1.0 too.
    """
    trimmed = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(trimmed, value_set=pa.array(list(missing_values), type=pa.string()))
    present = pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)
    if pc.any(pc.starts_with(present, pattern="+")).as_py():  # pyarrow reads a leading plus from some release on
        present = pc.replace_substring_regex(present, pattern=r"^\+([0-9.])", replacement=r"\1")
    try:
        numbers = pc.cast(present, pa.float64())
    except pa.ArrowInvalid:
        raise _first_bad_number(name, present) from None
    finite = pc.is_finite(numbers)
    if pc.all(finite).as_py() is False:
        raise _first_bad_number(name, present)
    values = numbers.to_numpy() if isinstance(numbers, pa.ChunkedArray) else numbers.to_numpy(zero_copy_only=False)
    sentinels = [float(text) for text in missing_values if _NUMBER.fullmatch(text)]
    return np.where(np.isin(values, sentinels), math.nan, values) if sentinels else np.asarray(values, dtype=np.float64)


def _first_bad_number(name: str, column: Any) -> EncodingError:
    for row, text in enumerate(column.to_pylist()):
        if text is None:
            continue
        try:
            number = pc.cast(pa.array([text]), pa.float64())[0].as_py()
        except pa.ArrowInvalid:
            hint = " (a header among the rows?)" if text == name else ""
            return EncodingError(row, name, text, f"is not a number{hint}")
        if not math.isfinite(number):
            return EncodingError(row, name, text, "is not a finite number")
    raise AssertionError(f"column {name!r} was refused without a bad value")


def dictionary(column: Any) -> tuple[np.ndarray[Any, Any], list[str]]:
    """A pyarrow string array as indices (-1 for a null) into its distinct texts, which are trimmed."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if isinstance(column, pa.ChunkedArray):  # pyarrow below 12 gives no array for no chunks
        column = pa.array([], type=pa.string())
    encoded = column.dictionary_encode()
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return indices, [text.strip() for text in encoded.dictionary.to_pylist()]
