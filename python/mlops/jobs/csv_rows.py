"""Raw rows as CSV without a header, and encoded ones: reading and writing, alike in training and serving.

It needs pyarrow and numpy and no other file of the folder, because a serving container installs it as a top-level
module.
"""

from __future__ import annotations

import csv
import io
from typing import Any, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv

_SHOWN_CHARACTERS = 60  # of what is refused, in a message


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


def cut(text: str) -> str:
    """The text as a message shows it: its beginning, and an ellipsis where it is long."""
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


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
            shown = repr(cut(joined))
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
