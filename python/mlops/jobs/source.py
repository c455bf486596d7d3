"""Reading the raw data set: finding its CSV files, checking them, and parsing them into columns of text."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from pathlib import Path
from typing import Any, Iterator, NamedTuple, Sequence

import pyarrow as pa
import pyarrow.csv

from .diagnose import bad_row
from .errors import DataError, JobError, listed, quoted
from .schema import DELIMITERS, Schema

_CHUNK = 1 << 24
_TEXT = re.compile(rb"\S")
_FIGURES = re.compile(r"[+-]?[0-9][0-9.,]*")
# The first bytes of files that are often taken for CSV.
_NOT_CSV = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"PAR1": "a Parquet file",
}
_LINE_END = re.compile(rb"\r\n|\n|\r")


class SourceFile(NamedTuple):
    """One CSV file: its name below the input folder, its bytes without byte order mark, and its header."""

    name: str
    content: bytes
    header: list[str]
    body_start: int


class Source(NamedTuple):
    """The raw data: columns of text (pyarrow, all of the same length), as they stand in the files.

    `files` holds each file with its number of rows, `sha256` is that of the file, or of the sorted list of
    `sha256  name` lines where there are several. `unlisted` are columns that the schema does not name.
    """

    columns: dict[str, Any]
    rows: int
    files: list[tuple[SourceFile, int]]
    sha256: str
    unlisted: list[str]

    def place(self, row: int) -> tuple[SourceFile, int]:
        """The file that holds row `row` (0 is the first), and the row's index in it."""
        for file, count in self.files:
            if row < count:
                return file, row
            row -= count
        raise IndexError(row)


def read_source(path: Path, schema: Schema) -> Source:
    """Read every CSV file at `path`, a file or a folder searched through. Raises JobError for what is wrong."""
    wanted = [*schema.features, schema.label.name]
    digests: list[str] = []
    files: list[tuple[SourceFile, int]] = []
    tables: list[Any] = []
    for name, file in _csv_files(path):
        content = file.read_bytes()
        digests.append(hashlib.sha256(content).hexdigest())
        source = _open(name, content, schema)
        if files and set(source.header) != set(files[0][0].header):
            odd = sorted(set(source.header) ^ set(files[0][0].header))
            raise JobError(
                f"{name} and {files[0][0].name} do not have the same columns: {listed(odd)} in one of them only; "
                "give all files of a data set the same header"
            )
        table = _parse(source, wanted, schema.delimiter)
        files.append((source, table.num_rows))
        tables.append(table)
    table = pa.concat_tables(tables)
    known = {*wanted, *schema.ignored}
    return Source(
        columns={name: table.column(name) for name in wanted},
        rows=table.num_rows,
        files=files,
        sha256=_digest_of_all(digests, [file.name for file, _ in files]),
        unlisted=sorted(name for name in files[0][0].header if name not in known),
    )


def _digest_of_all(digests: Sequence[str], names: Sequence[str]) -> str:
    if len(digests) == 1:
        return digests[0]
    lines = sorted(f"{digest}  {name}\n" for digest, name in zip(digests, names))
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def _csv_files(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        return iter([(path.name, path)])
    if not path.is_dir():
        raise JobError(f"input {path} does not exist; pass the CSV file, or a folder that holds it, as --input")
    files = sorted(file for file in path.rglob("*") if file.is_file())
    found = [file for file in files if file.suffix.lower() == ".csv"]
    if not found:
        what = f"only {listed([file.name for file in files])}" if files else "no file at all"
        raise JobError(f"input folder {path} holds {what}; it must hold at least one .csv file: check the S3 URI")
    return iter([(file.relative_to(path).as_posix(), file) for file in found])


def _open(name: str, content: bytes, schema: Schema) -> SourceFile:
    _check_encoding(name, content)
    content = content[len(codecs.BOM_UTF8) :] if content.startswith(codecs.BOM_UTF8) else content
    if not _TEXT.search(content):
        raise JobError(f"{name} is empty; it must hold a header and rows")
    header, start = _header(name, content, schema.delimiter)
    _check_header(name, header, schema)
    return SourceFile(name, content, header, start)


def _check_encoding(name: str, content: bytes) -> None:
    for start, what in _NOT_CSV.items():
        if content.startswith(start):
            raise JobError(f"{name} is {what}, not CSV; save it as CSV in UTF-8")
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise JobError(f"{name} is UTF-16 (it begins with the bytes {content[:2].hex()}); save it as UTF-8")
    if 0 in content[:2]:
        raise JobError(f"{name} has NUL bytes, as UTF-16 without byte order mark has; save it as UTF-8")
    decoder = codecs.getincrementaldecoder("utf-8")()
    position = 0
    try:
        for position in range(0, len(content), _CHUNK):
            pending = len(decoder.getstate()[0])
            decoder.decode(content[position : position + _CHUNK])
        pending = len(decoder.getstate()[0])
        position = len(content)
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        offset = position - pending + error.start
        line = len(_LINE_END.findall(content[:offset])) + 1
        where = f"byte 0x{content[offset]:02x} at offset {offset}, line {line}{_in_windows(content, offset)}"
        raise JobError(f"{name} is not UTF-8: {where}; save the file as UTF-8") from None


def _header(name: str, content: bytes, delimiter: str) -> tuple[list[str], int]:
    """The column names and the offset of the first byte after the header, whose quoted names may hold line ends."""
    ends = ((end.start(), end.end()) for end in _LINE_END.finditer(content))
    whole = (span for span in ends if content[: span[0]].count(b'"') % 2 == 0)
    stop, start = next(whole, (len(content), len(content)))
    fields = next(csv.reader(io.StringIO(content[:stop].decode("utf-8"), newline=""), delimiter=delimiter), [])
    return [field.strip() for field in fields], start


def _in_windows(content: bytes, offset: int) -> str:
    """What a byte is in Windows-1252, which has what Latin-1 has; nothing where it is none."""
    character = content[offset : offset + 1].decode("cp1252", "ignore")
    return f" ({character!r} in Windows-1252 or Latin-1)" if character.isprintable() and character else ""


def _check_header(name: str, header: list[str], schema: Schema) -> None:
    wanted = [*schema.features, schema.label.name]
    absent = [column for column in wanted if column not in header]
    if absent:
        _check_delimiter(name, header, schema)
    if len(absent) == len(wanted) and _is_data(header, schema):
        raise JobError(
            f"{name}: the first line looks like a row ({listed(header)}), not like a header; add a first line with the "
            "names of the columns"
        )
    problems = [
        f"{name}: the header names the column {quoted(column)} twice; give each column its own name"
        for column in dict.fromkeys(header)
        if header.count(column) > 1
    ]
    if schema.label.name in absent:
        problems.append(
            f"{name}: the label column {quoted(schema.label.name)} is missing{_similar(schema.label.name, header)}; "
            f"the header has {listed(header)}; add the column or correct label.name in the schema"
        )
        absent.remove(schema.label.name)
    if absent:
        similar = _similar(absent[0], header) if len(absent) == 1 else ""
        problems.append(
            f"{name}: missing feature column{'s' if len(absent) > 1 else ''} {listed(absent)}{similar}; the header has "
            f"{listed(header)}; add the column or take the feature out of the schema"
        )
    if problems:
        raise DataError(problems)


def _is_data(header: list[str], schema: Schema) -> bool:
    return any(_FIGURES.fullmatch(field) or field in schema.label[1:] for field in header)


def _similar(name: str, header: list[str]) -> str:
    """The column that a name is another spelling of, in words; nothing where there is none."""
    plain = {re.sub(r"[\W_]", "", column).casefold(): column for column in header}
    found = plain.get(re.sub(r"[\W_]", "", name).casefold())
    return f" ({quoted(found)} is another spelling)" if found else ""


def _check_delimiter(name: str, header: list[str], schema: Schema) -> None:
    text = schema.delimiter.join(header)
    for other in DELIMITERS:
        names = [field.strip().strip('"') for field in text.split(other)]
        if other != schema.delimiter and schema.label.name in names and len(names) > len(header):
            raise JobError(
                f"{name}: the delimiter looks like {other!r} ({DELIMITERS[other]}), the schema says "
                f"{schema.delimiter!r} ({DELIMITERS[schema.delimiter]}); set delimiter to {other!r} in the schema"
            )


def _parse(source: SourceFile, wanted: list[str], delimiter: str) -> Any:
    body = pa.py_buffer(source.content).slice(source.body_start)
    if not _TEXT.search(source.content, source.body_start):
        raise JobError(f"{source.name} holds a header and no row; add rows")
    try:
        return pa.csv.read_csv(
            pa.BufferReader(body),
            read_options=pa.csv.ReadOptions(column_names=source.header),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                include_columns=wanted, column_types={name: pa.string() for name in wanted}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise bad_row(source.name, source.content, delimiter, len(source.header), str(error)) from None
