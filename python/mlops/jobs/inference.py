"""Serving script of the encoder in AWS's scikit-learn container: raw rows in, encoded CSV out, for XGBoost behind it.

It reads `text/csv` (no header, comma separated, the features in the order of the schema), `application/jsonlines` (one
object or array a line) and `application/json` (a list of those, or `{"instances": [...]}`). An object's other keys are
ignored; a JSON null is a missing value. The handler functions are those that the container calls:
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING or __package__:
    from .row_encoder import Encoder, read_rows, write_rows
else:  # in the container this file and the encoder are top-level modules
    from row_encoder import Encoder, read_rows, write_rows

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
        return encode(*request, encoder)
    except ValueError as error:
        return Refusal(str(error), 400)


def output_fn(encoded: np.ndarray[Any, Any] | Refusal, accept: str) -> Any:
    """(text, type): CSV whatever `accept` says, as it goes to the next container. A refusal becomes a 4xx response."""
    if isinstance(encoded, Refusal):
        return _response(encoded)
    return write_rows(encoded).decode("ascii"), CSV


def encode(media_type: str, body: bytes, encoder: Encoder) -> np.ndarray[Any, Any]:
    """Encoded rows of a body. Raises ValueError with the row, counted from 1, and the column that cannot be read."""
    if not body.strip():
        raise ValueError("the request holds no row")
    if media_type == CSV:
        _check_rows(body, encoder.names)
        return encoder.encode(read_rows(body, encoder.names))
    text = _decoded(body)
    if media_type == JSON_LINES:
        records = _json_lines(text)
    else:
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ValueError(f"the request is not JSON ({error}): send a list of objects or arrays") from None
        records = document["instances"] if isinstance(document, dict) and "instances" in document else document
    return encoder.encode(_columns(records, encoder.names))


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


def _json_lines(text: str) -> list[Any]:
    records: list[Any] = []
    # Not splitlines: a JSON string may hold what that takes for the end of a line.
    for number, line in enumerate(text.rstrip().split("\n"), start=1):
        try:
            records.append(json.loads(line))
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


def _columns(records: Any, names: list[str]) -> dict[str, Any]:
    if not isinstance(records, list):
        raise ValueError("JSON rows must be a list of objects or arrays")
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
        for name in names:
            if name not in record:
                raise ValueError(f"row {number} lacks the feature {name!r}")
            columns[name].append(_text(record[name], number, name))
    return {name: pa.array(values, type=pa.string()) for name, values in columns.items()}


def _text(value: Any, number: int, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"row {number}, feature {name!r}: {json.dumps(value)} is neither a string nor a number")
    return json.dumps(value)
