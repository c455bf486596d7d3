"""Serving script of the encoder in AWS's scikit-learn container: raw rows in, encoded CSV out, for XGBoost behind it.

It reads `text/csv` (no header, comma separated, the features in the order of the schema), `application/jsonlines` (one
object or array a line) and `application/json` (a list of those, or `{"instances": [...]}`). An object's other keys are
ignored; a JSON null is a missing value. A JSON number or boolean is read as its text in a CSV is. The handler functions
are those that the container calls:
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html
"""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING or __package__:
    from .csv_rows import cut, read_rows, write_rows
    from .row_encoder import Encoder
else:  # in the container this file and the encoder are top-level modules
    from csv_rows import cut, read_rows, write_rows
    from row_encoder import Encoder

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
# The container decodes text before `input_fn` gets it, and puts this in the place of what is no UTF-8.
REPLACEMENT = "\ufffd"
_EMPTY_ROW = re.compile(rb"\A\r?\n|\n\r?\n|\r\r")  # or a quoted value with an empty line


def model_fn(model_dir: str) -> Encoder:
    """The fitted encoder, from `encoder.json` in the model's folder."""
    return Encoder.from_json((Path(model_dir) / "encoder.json").read_text(encoding="utf-8"))


class Refusal(NamedTuple):
    """What is wrong with a request, for its sender: it goes through the handlers in the place of data."""

    message: str
    status: int


def input_fn(body: bytes | str, content_type: str) -> tuple[str, bytes] | Refusal:
    """The request as (media type, bytes); the rows are read in `predict_fn`, which knows the features."""
    media_type = content_type.split(";")[0].strip().lower()
    if media_type not in (CSV, JSON, JSON_LINES):
        return Refusal(f"content type {content_type!r} is not supported: send {CSV}, {JSON_LINES} or {JSON}", 415)
    return media_type, body if isinstance(body, bytes) else body.encode("utf-8")


def predict_fn(request: tuple[str, bytes] | Refusal, encoder: Encoder) -> np.ndarray[Any, Any] | Refusal:
    """Encoded rows, float64 (rows, features), or what is wrong with the request.

    The container answers an exception with a bare 500 and keeps its message for the log; what the sender can mend must
    reach the sender.
    """
    if isinstance(request, Refusal):
        return request
    try:
        columns = read(*request, encoder)
        encoded, unseen = encoder.encode_and_note(columns)
    except ValueError as error:
        return Refusal(str(error), 400)
    except RecursionError:
        return Refusal("the request is nested too deeply: send a list of objects or arrays of strings and numbers", 400)
    _unseen.note(columns, unseen)
    return encoded


def output_fn(encoded: np.ndarray[Any, Any] | Refusal, accept: str) -> Any:
    """(text, type): CSV whatever `accept` says, as it goes to the next container. A refusal becomes a 4xx response."""
    if isinstance(encoded, Refusal):
        return _response(encoded)
    return write_rows(encoded).decode("ascii"), CSV


class UnseenCategories:
    """Counts the categories that no training row has, and logs a feature's count each time that it has doubled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows = 0
        self._counts: dict[str, int] = {}
        self._logged: dict[str, int] = {}

    def note(self, columns: dict[str, Any], unseen: dict[str, np.ndarray[Any, Any]]) -> None:
        """Count the rows of one request: its raw columns, and what `Encoder.encode_and_note` noted of them."""
        with self._lock:
            self._rows += len(next(iter(columns.values())))
            for name, new in unseen.items():
                self._counts[name] = self._counts.get(name, 0) + int(new.sum())
                if self._counts[name] >= 2 * self._logged.get(name, 0):
                    self._logged[name] = self._counts[name]
                    value = columns[name][int(new.argmax())].as_py()
                    print(
                        f"feature {name!r}: {self._counts[name]} of {self._rows} rows since the start have a category "
                        f"that no training row has, such as {cut(value)!r}; encoded as the overall share of positives",
                        flush=True,
                    )


_unseen = UnseenCategories()


def read(media_type: str, body: bytes, encoder: Encoder) -> dict[str, Any]:
    """Columns of a body: feature → texts. Raises ValueError with the row, counted from 1, that cannot be read."""
    if not body.strip():
        raise ValueError("the request holds no row")
    if media_type == CSV:
        _check_rows(body, encoder.names)
        return read_rows(body, encoder.names)
    text = _decoded(body)
    if media_type == JSON_LINES:
        records = _json_lines(text)
    else:
        try:
            document = _loaded(text)
        except ValueError as error:
            raise ValueError(f"the request is not JSON ({error}): send a list of objects or arrays") from None
        records = document["instances"] if isinstance(document, dict) and "instances" in document else document
    return _columns(records, encoder)


def _check_rows(body: bytes, names: list[str]) -> None:
    """Refuse CSV that pyarrow would read: an empty row, which it leaves out, and text that has lost characters.

    A row that has no answer would put the answers of all later rows beside the wrong rows. Empty lines at the end are
    no rows.
    """
    rows = body.rstrip(b"\r\n")
    if not _EMPTY_ROW.search(rows) and REPLACEMENT.encode() not in rows:
        return
    rule = f"rows must be UTF-8 with {len(names)} values each, {', '.join(names)}"
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(rows.decode("utf-8", "replace"), newline="")), start=1):
            if not row:
                raise ValueError(f"{rule}: row {number} is empty")
            if REPLACEMENT in "".join(row):
                raise ValueError(f"{rule}: row {number} is not UTF-8")
    except csv.Error as error:  # a value of more than 128 KiB
        raise ValueError(f"{rule}: row {number + 1} cannot be read: {error}") from None


def _decoded(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    if REPLACEMENT in text:
        line = text.count("\n", 0, text.index(REPLACEMENT)) + 1
        raise ValueError(f"JSON must be UTF-8: line {line} of the request is not")
    return text


def _loaded(text: str) -> Any:
    """A JSON text with its numbers as they are written."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _json_lines(text: str) -> list[Any]:
    records: list[Any] = []
    # Not splitlines: a JSON string may hold what that takes for the end of a line.
    for number, line in enumerate(text.rstrip().split("\n"), start=1):
        try:
            records.append(_loaded(line))
        except ValueError as error:
            what = f"is not JSON: {error}" if line.strip() else "is empty"
            raise ValueError(f"row {number} {what}; send one object or array a line") from None
    return records


def _response(refusal: Refusal) -> Any:
    """The container's own kind of response, the only one that carries a status."""
    try:
        from sagemaker_containers.beta.framework.worker import Response
    except ImportError:
        from flask import Response
    return Response(response=refusal.message, status=refusal.status, mimetype="text/plain")


def _columns(records: Any, encoder: Encoder) -> dict[str, Any]:
    if not isinstance(records, list):
        raise ValueError("JSON rows must be a list of objects or arrays")
    names = encoder.names
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for number, record in enumerate(records, start=1):
        if isinstance(record, list):
            if len(record) != len(names):
                raise ValueError(
                    f"row {number} has {len(record)} values, the model takes {len(names)}: {', '.join(names)}"
                )
            record = dict(zip(names, record))
        if not isinstance(record, dict):
            raise ValueError(f"row {number} is neither an object nor an array")
        for name, kind, _ in encoder.features:
            if name not in record:
                raise ValueError(f"row {number} lacks the feature {name!r}")
            value = record[name]
            if isinstance(value, bool) and kind == "category":
                value = str(value)
            if not (value is None or isinstance(value, str)):
                what = "neither a string nor a number" if kind == "number" else "no string, number or boolean"
                raise ValueError(f"row {number}, feature {name!r}: {cut(json.dumps(value))} is {what}")
            columns[name].append(value)
    return {name: _texts(name, values) for name, values in columns.items()}


def _texts(name: str, values: list[str | None]) -> Any:
    try:
        return pa.array(values, type=pa.string())
    except UnicodeEncodeError as error:
        row = values.index(error.object) + 1
        rule = "holds half of a surrogate pair, which is no character"
        raise ValueError(f"row {row}, feature {name!r}: {cut(json.dumps(error.object))} {rule}") from None
