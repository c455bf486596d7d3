"""The encoder: raw rows to the numbers that XGBoost eats. Training and serving run this same file.

A number stays a number. A category becomes its rank when the feature's categories are ordered by their share of
positive labels in the training rows: one column a feature, and a tree finds the best two-way split of the categories
among the splits of that order (Fisher 1958, "On grouping for maximum homogeneity"; Breiman et al. 1984, theorem 4.5).
A missing value and a category never seen in training become NaN, for which XGBoost learns a direction at each split.

It needs pyarrow and numpy and no other file of the folder, because a serving container installs it as a top-level
module.
"""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any, NamedTuple, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

VERSION = 1
# Weight, in rows, of the overall share of positives in a category's own share: it keeps a category of three rows from
# the ends of the order.
PRIOR_ROWS = 10
SHOWN_CHARACTERS = 60  # of a row that is refused, in a message


class EncodingError(ValueError):
    """A value that cannot be encoded: `row` counts from 0, `column` is the feature's name."""

    def __init__(self, row: int, column: str, value: str, rule: str) -> None:
        super().__init__(f"row {row + 1}, column {column!r}: {value!r} {rule}")
        self.row, self.column, self.value, self.rule = row, column, value, rule


class Feature(NamedTuple):
    """One feature; `categories` in the order of their codes 0, 1, 2 …, empty for a number."""

    name: str
    type: str
    categories: list[str]


class Encoder:
    """A fitted encoder.

    `features` are in the order of the schema, which is the order of raw rows and of encoded columns; `missing_values`
    are the texts that stand for no value. Surrounding white space is no part of a value.
    """

    def __init__(self, features: Sequence[Feature], missing_values: Sequence[str]) -> None:
        self.features = list(features)
        self.missing_values = [text.strip() for text in missing_values]
        self._codes = {
            feature.name: {category: float(code) for code, category in enumerate(feature.categories)}
            for feature in self.features
            if feature.type == "category"
        }

    @property
    def names(self) -> list[str]:
        """The features' names, in order."""
        return [feature.name for feature in self.features]

    @classmethod
    def fit(
        cls,
        types: dict[str, str],
        columns: dict[str, Any],
        positive: np.ndarray[Any, Any],
        missing_values: Sequence[str],
    ) -> Encoder:
        """Learn the categories and their order from training rows.

        types: feature → "number" | "category", in order. columns: feature → pyarrow string array of n rows.
        positive: n booleans, whether the row's label is the positive one.
        """
        missing = {text.strip() for text in missing_values}
        features = []
        for name, kind in types.items():
            categories: list[str] = []
            if kind == "category":
                categories = _by_share_of_positives(columns[name], positive, missing)
            features.append(Feature(name, kind, categories))
        return cls(features, missing_values)

    def encode(self, columns: dict[str, Any]) -> np.ndarray[Any, Any]:
        """Encoded rows, float64 (rows, features). columns: feature → pyarrow string array; a null is a missing value.

        Raises EncodingError for a value of a number feature that is no finite number.
        """
        rows = len(columns[self.features[0].name])
        matrix = np.empty((rows, len(self.features)), dtype=np.float64, order="F")
        for index, feature in enumerate(self.features):
            column = columns[feature.name]
            if feature.type == "number":
                matrix[:, index] = parse_numbers(feature.name, column, self.missing_values)
            else:
                matrix[:, index] = self._encode_category(feature.name, column)
        return matrix

    def _encode_category(self, name: str, column: Any) -> np.ndarray[Any, Any]:
        indices, values = dictionary(column)
        codes = self._codes[name]
        missing = set(self.missing_values)
        table = [math.nan if text in missing else codes.get(text, math.nan) for text in values]
        # The last entry is what the index -1, a null, picks.
        return np.asarray(np.array([*table, math.nan], dtype=np.float64)[indices])

    def to_json(self) -> str:
        """The encoder as text: sorted keys, final newline; `from_json` gives it back."""
        document = {
            "version": VERSION,
            "missing_values": self.missing_values,
            "features": [
                {"name": f.name, "type": f.type, **({"categories": f.categories} if f.type == "category" else {})}
                for f in self.features
            ],
        }
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Encoder:
        """The encoder that `to_json` wrote. Raises ValueError for another version."""
        document = json.loads(text)
        if document.get("version") != VERSION:
            raise ValueError(f"encoder.json has version {document.get('version')!r}, this code reads version {VERSION}")
        features = [Feature(f["name"], f["type"], list(f.get("categories", []))) for f in document["features"]]
        return cls(features, document["missing_values"])


def parse_numbers(name: str, column: Any, missing_values: Sequence[str]) -> np.ndarray[Any, Any]:
    """A pyarrow string array as float64, NaN where missing. Raises EncodingError at the first text that is none."""
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
    return np.asarray(values, dtype=np.float64)


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


def _by_share_of_positives(column: Any, positive: np.ndarray[Any, Any], missing: set[str]) -> list[str]:
    indices, values = dictionary(column)
    known = indices >= 0
    totals = np.bincount(indices[known], minlength=len(values))
    positives = np.bincount(indices[known & positive], minlength=len(values))
    counts: dict[str, list[int]] = {}
    for text, total, hits in zip(values, totals.tolist(), positives.tolist()):
        if text not in missing and total:
            count = counts.setdefault(text, [0, 0])
            count[0] += total
            count[1] += hits
    base = float(positive.mean())

    def share(text: str) -> float:
        total, hits = counts[text]
        return (hits + PRIOR_ROWS * base) / (total + PRIOR_ROWS)

    return sorted(counts, key=lambda text: (share(text), text))


def read_rows(body: bytes, names: Sequence[str]) -> dict[str, Any]:
    """Columns of raw CSV rows without a header, comma separated: name → pyarrow string array.

    Raises ValueError for a row that has more or fewer values than there are names, and for what is not UTF-8, with the
    row, counted from 1 without empty lines.
    """
    try:
        table = pa.csv.read_csv(
            io.BytesIO(body),
            read_options=pa.csv.ReadOptions(column_names=list(names)),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        found = _first_bad_row(body, len(names)) or str(error)
        raise ValueError(f"rows must be UTF-8 with {len(names)} values each, {', '.join(names)}: {found}") from None
    return {name: table.column(name) for name in names}


def _first_bad_row(body: bytes, values: int) -> str | None:
    """The first row that is no UTF-8 or has not so many values, in words; None where Python's reader finds none.

    pyarrow, which reads in parallel, tells what it met and not where.
    """
    # Surrogates stand for bytes that are no UTF-8, so that the rows around them can be counted.
    text = io.StringIO(body.decode("utf-8", "surrogateescape"), newline="")
    number = 0
    try:
        for row in csv.reader(text):
            if not row:
                continue
            number += 1
            joined = ",".join(row)
            shown = repr(joined if len(joined) <= SHOWN_CHARACTERS else joined[:SHOWN_CHARACTERS] + "…")
            if any("\udc80" <= character <= "\udcff" for character in joined):
                return f"row {number} is not UTF-8: {shown}"
            if len(row) != values:
                return f"row {number} has {len(row)}: {shown}"
    except csv.Error as error:
        return f"row {number + 1} cannot be read: {error}"
    return None


def write_rows(matrix: np.ndarray[Any, Any]) -> bytes:
    """Numbers as CSV without a header: shortest text that reads back as the same double, `nan` for missing."""
    columns = {str(index): pa.array(matrix[:, index]) for index in range(matrix.shape[1])}
    sink = io.BytesIO()
    pa.csv.write_csv(pa.table(columns), sink, pa.csv.WriteOptions(include_header=False))
    return sink.getvalue()
