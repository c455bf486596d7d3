"""The slow second look at a CSV file that the fast parser refused: it finds the line to name in the message."""

from __future__ import annotations

import csv
import io
import re
from typing import Iterator

from .errors import JobError, quoted
from .schema import DELIMITERS

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DIGITS = re.compile(r"[0-9]+")
# A quote that is never closed makes one value of the rest of the file; csv's own limit is 128 KiB.
csv.field_size_limit(2**31 - 1)


def records(content: bytes, delimiter: str, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """The header and the rows of a CSV file, each with the line on which it begins (1 is the first); no blank lines."""
    # csv refuses NUL before Python 3.11; a NUL moves no line end.
    text = content.decode("utf-8").replace("\0", " ")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    line = 1
    for fields in reader:
        if fields:
            yield line, fields
        line = reader.line_num + 1


def bad_row(name: str, content: bytes, delimiter: str, columns: int, reason: str) -> JobError:
    """The error for the first row that has not `columns` values; `reason` is what the parser said."""
    line = 0
    try:
        for line, fields in records(content, delimiter, strict=True):
            if len(fields) != columns:
                return _wrong_width(name, line, fields, delimiter, columns)
    except csv.Error as error:
        return JobError(f"{name}: a quoted value that begins after line {line} is broken ({error}); correct its quotes")
    return JobError(f"{name} cannot be read as CSV: {reason}")


def _wrong_width(name: str, line: int, fields: list[str], delimiter: str, columns: int) -> JobError:
    for other, called in DELIMITERS.items():
        if len(fields) == 1 and columns > 1 and fields[0].count(other) == columns - 1:
            return JobError(
                f"{name} line {line}: the delimiter looks like {other!r} ({called}), the header has {delimiter!r} "
                f"({DELIMITERS[delimiter]}); use one delimiter throughout"
            )
    if delimiter == "," and (written := _split_number(fields, len(fields) - columns)):
        return JobError(
            f"{name} line {line} has {len(fields)} values, too many: the header has {columns}; it looks like a decimal "
            f"comma or a thousands separator ({quoted(written)}): write {written.replace(',', '.')!r} or "
            f"{written.replace(',', '')!r}"
        )
    return JobError(
        f"{name} line {line} has {len(fields)} value{'' if len(fields) == 1 else 's'}, "
        f"too {'few' if len(fields) < columns else 'many'}: the header has {columns}; correct the line, and put values "
        "that hold a delimiter in quotes"
    )


def _split_number(fields: list[str], surplus: int) -> str | None:
    """The first number that a comma inside it has split, where the line has as many of them as values too many."""
    pairs = [
        f"{whole.strip()},{rest.strip()}"
        for whole, rest in zip(fields, fields[1:])
        if _WHOLE.fullmatch(whole.strip()) and _DIGITS.fullmatch(rest.strip())
    ]
    return pairs[0] if 0 < surplus <= len(pairs) else None


def line_of_row(content: bytes, delimiter: str, row: int) -> int:
    """The line on which row `row` begins (0 is the first row below the header) in a file that the parser accepted."""
    for index, (line, _) in enumerate(records(content, delimiter, strict=False)):
        if index == row + 1:
            return line
    raise IndexError(row)
