"""Serving script of the encoder in AWS's scikit-learn container: raw rows in, encoded CSV out, for XGBoost behind it.

It reads `text/csv` (no header, comma separated, the features in the order of the schema), `application/jsonlines` (one
object or array a line) and `application/json` (a list of those, or `{"instances": [...]}`). An object's other keys are
ignored; a JSON null is a missing value. The handler functions are those that the container calls:
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def input_fn(body: bytes | str, content_type: str) -> tuple[str, bytes]:
    """The request as (media type, bytes); the rows are read in `predict_fn`, which knows the features."""
    media_type = content_type.split(";")[0].strip().lower()
    if media_type not in (CSV, JSON, JSON_LINES):
        raise ValueError(f"content type {content_type!r} is not supported: send {CSV}, {JSON_LINES} or {JSON}")
    return media_type, body if isinstance(body, bytes) else body.encode("utf-8")


def predict_fn(request: tuple[str, bytes], encoder: Encoder) -> np.ndarray[Any, Any]:
    """Encoded rows, float64 (rows, features). Raises ValueError with the row and the column for what cannot be read."""
    media_type, body = request
    if not body.strip():
        raise ValueError("the request holds no row")
    if media_type == CSV:
        return encoder.encode(read_rows(body, encoder.names))
    text = body.decode("utf-8")
    if media_type == JSON_LINES:
        records = [json.loads(line) for line in text.splitlines() if line.strip()]
    else:
        document = json.loads(text)
        records = document["instances"] if isinstance(document, dict) and "instances" in document else document
    return encoder.encode(_columns(records, encoder.names))


def output_fn(encoded: np.ndarray[Any, Any], accept: str) -> tuple[str, str]:
    """CSV whatever `accept` says: the answer goes to the next container, not to the client."""
    return write_rows(encoded).decode("ascii"), CSV


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
