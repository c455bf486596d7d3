"""Serving script of the encoder in AWS's scikit-learn container: raw rows in, encoded CSV out, for XGBoost behind it.

It reads `text/csv` (no header, comma separated, the features in the order of the schema), `application/jsonlines` (one
object or array a line) and `application/json` (a list of those, or `{"instances": [...]}`). An object's other keys are
ignored; a JSON null is a missing value. The handler functions are those that the container calls:
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING or __package__:
    from .row_encoder import Encoder, read_rows, write_rows
else:  # in the container this file and the encoder are top-level modules
    from row_encoder import Encoder, read_rows, write_rows

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"


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
        return encoder.encode(read_rows(body, encoder.names))
    text = body.decode("utf-8")
    if media_type == JSON_LINES:
        records = _json_lines(text)
    else:
        document = json.loads(text)
        records = document["instances"] if isinstance(document, dict) and "instances" in document else document
    return encoder.encode(_columns(records, encoder.names))


def _json_lines(text: str) -> list[Any]:
    records: list[Any] = []
    for line in text.splitlines():
        if line.strip():
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f"row {len(records) + 1} is not JSON: {error}") from None
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
