"""The slow second look at a CSV file that the fast parser refused: it finds the line to name in the message."""

from __future__ import annotations

import csv
import io
from typing import Iterator

from .errors import JobError


def records(content: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The header and the rows of a CSV file, each with the line on which it begins (1 is the first); no blank lines."""
    # The field size limit keeps a quote that is never closed from passing for one enormous value.
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=delimiter, strict=True)
    line = 1
    for fields in reader:
        if fields:
            yield line, fields
        line = reader.line_num + 1


def bad_row(name: str, content: bytes, delimiter: str, columns: int, reason: str) -> JobError:
    """The error for the first row that has not `columns` values; `reason` is what the parser said."""
    line = 0
    try:
        for line, fields in records(content, delimiter):
            if len(fields) != columns:
                problem = "too few" if len(fields) < columns else "too many"
                return JobError(
                    f"{name} line {line} has {len(fields)} value{'' if len(fields) == 1 else 's'}, {problem}: "
                    f"the header has {columns}; mend the line, and put values that hold a delimiter in quotes"
                )
    except csv.Error as error:
        return JobError(f"{name}: a quoted value that begins after line {line} is broken ({error}); mend its quotes")
    return JobError(f"{name} cannot be read as CSV: {reason}")


def line_of_row(content: bytes, delimiter: str, row: int) -> int:
    """The line on which row `row` begins (0 is the first row below the header)."""
    for index, (line, _) in enumerate(records(content, delimiter)):
        if index == row + 1:
            return line
    raise IndexError(row)
