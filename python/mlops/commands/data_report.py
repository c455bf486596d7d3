"""What a data set holds, as lines of at most 80 columns, and its problems, a line of any length each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mlops.jobs.errors import DataError, JobError, listed
from mlops.jobs.schema import Schema, load_schema
from mlops.jobs.source import Source, read_source
from mlops.jobs.training.checks import checked_labels, column_warnings, value_counts
from mlops.jobs.training.label import label_counts
from mlops.jobs.training.number_columns import is_number

__all__ = ["Seen", "look"]

_COLUMNS = 80
_NAME = 22
_MOST_LABELS = 6


class Seen(NamedTuple):
    """The report's lines, and the problems among them."""

    lines: list[str]
    problems: list[str]


def look(schema_path: Path, data: Path | None) -> Seen:
    """Check a schema and its data with the preprocessing job's own checks.

    Raises:
        OSError: the schema or the data cannot be read at all; the message names the path and the remedy.
    """
    if not schema_path.is_file():
        raise FileNotFoundError(f"schema {schema_path} is not a file; pass the JSON file that describes your CSV")
    try:
        schema = load_schema(schema_path)
    except JobError as error:
        return _judged([], [str(error)], [])
    path = schema_path.parent / schema.file if data is None else data
    if not path.exists():
        remedy = "correct `file` in the schema, or pass --data" if data is None else "pass the CSV file as --data"
        raise FileNotFoundError(f"data {path} does not exist; {remedy}")
    try:
        source = read_source(path, schema)
    except DataError as error:
        return _judged([], error.problems, [])
    except JobError as error:
        return _judged([], [str(error)], [])
    problems: list[str] = []
    try:
        checked_labels(source, schema)
    except DataError as error:
        problems = error.problems
    return _judged([*_overview(source, schema), ""], problems, column_warnings(source, schema))


def _judged(lines: list[str], problems: list[str], warnings: list[str]) -> Seen:
    marked = [*(f"problem: {problem}" for problem in problems), *(f"warning: {warning}" for warning in warnings)]
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    verdict = (
        f"{count}: the pipeline refuses this data set" if problems else "No problems: the pipeline takes this data set"
    )
    return Seen([*lines, *marked, f"{verdict}."], problems)


def _overview(source: Source, schema: Schema) -> Iterator[str]:
    files = ", ".join(file.name for file, _ in source.files)
    yield _cut(f"{schema.name}: {files}, {source.rows:,} rows, {len(schema.features)} features")
    if source.unlisted:
        yield _cut(f"not used, because the schema does not name them: {listed(source.unlisted)}")
    yield ""
    yield f"{_cell('label ' + schema.label.name, _NAME + 10)}{'rows':>12}{'share':>10}"
    counts = label_counts(source, schema)
    roles = {schema.label.positive: "positive", schema.label.negative: "negative", "": "missing"}
    for text, count in list(counts.items())[:_MOST_LABELS]:
        role = roles.get(text, "unknown")
        yield f"  {_cell(text or '(empty)', _NAME - 2)}{role:10}{count:12,}{100 * count / source.rows:8.1f} %"
    if len(counts) > _MOST_LABELS:
        rest = sum(list(counts.values())[_MOST_LABELS:])
        yield f"  {_cell(f'{len(counts) - _MOST_LABELS} more values', _NAME + 8)}{rest:12,}"
    yield ""
    yield f"{_cell('feature', _NAME)}{'type':10}{'missing':>9}{'distinct':>10}  values"
    for name, kind in schema.features.items():
        values = value_counts(source, schema, name)
        missing = source.rows - sum(values.values())
        shown = _numbers(values) if kind == "number" else _frequent(values)
        yield _cut(f"{_cell(name, _NAME)}{kind:10}{missing:9,}{len(values):10,}  {shown}".rstrip())


def _numbers(values: dict[str, int]) -> str:
    numbers = {float(text): count for text, count in values.items() if is_number(text)}
    if not numbers:
        return ""
    return f"{min(numbers):g} to {max(numbers):g}"


def _frequent(values: dict[str, int]) -> str:
    return ", ".join(list(values)[:_MOST_LABELS])


def _cell(text: str, width: int) -> str:
    """Text of one line, at most `width` - 1 characters, padded to `width`."""
    plain = "".join(character if character.isprintable() else "?" for character in text)
    return f"{plain if len(plain) < width else plain[: width - 2] + '…':{width}}"


def _cut(line: str) -> str:
    return _cell(line, _COLUMNS + 1).rstrip()
