"""Bodies to arrays and back, as the toolkit's default functions do it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["CSV", "JSON", "NPY", "UTF8_TYPES", "ClientError", "UnsupportedFormatError", "decode", "encode"]

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
UTF8_TYPES = [JSON, CSV]


class ClientError(Exception):
    """What went wrong in a user's function or a user's data."""


class UnsupportedFormatError(Exception):
    """A content type without a default function."""

    def __init__(self, content_type: str) -> None:
        self.message = (
            f"Content type {content_type} is not supported by this framework.\n\n            Please implement input_fn "
            "to to deserialize the request data or an output_fn to\n            serialize the response. For more "
            "information, see the SageMaker Python SDK README."
        )
        super().__init__(self.message)


def decode(body: Any, content_type: str) -> Any:
    """An array of a JSON or CSV text or of NPY bytes; raises UnsupportedFormatError.

    One row of CSV gives one dimension, as in the image.
    """
    if content_type not in _DECODERS:
        raise UnsupportedFormatError(content_type)
    return _DECODERS[content_type](body)


def encode(array_like: Any, content_type: str) -> Any:
    """A JSON or CSV text or NPY bytes of an array; raises UnsupportedFormatError."""
    if content_type not in _ENCODERS:
        raise UnsupportedFormatError(content_type)
    return _ENCODERS[content_type](array_like)


def json_to_numpy(text: str, dtype: Any = None) -> Any:
    return np.array(json.loads(text), dtype=dtype)


def csv_to_numpy(text: str, dtype: Any = None) -> Any:
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
        return np.array(rows).squeeze().astype(dtype)
    except csv.Error as error:
        raise ClientError(f"Error while decoding csv: {error}") from error
    except ValueError as error:
        raise ClientError(f"Error while writing numpy array: {error}. dtype is: {dtype}") from error


def npy_to_numpy(body: bytes) -> Any:
    return np.load(io.BytesIO(body), allow_pickle=True)


def array_to_json(array_like: Any) -> str:
    def default(value: Any) -> Any:
        return value.tolist() if hasattr(value, "tolist") else json.JSONEncoder().default(value)

    return json.dumps(array_like, default=default)


def array_to_csv(array_like: Any) -> str:
    array = np.array(array_like)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", strict=True).writerows(array)
    return stream.getvalue()


def array_to_npy(array_like: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array_like)
    return stream.getvalue()


_DECODERS: dict[str, Callable[[Any], Any]] = {JSON: json_to_numpy, CSV: csv_to_numpy, NPY: npy_to_numpy}
_ENCODERS: dict[str, Callable[[Any], Any]] = {JSON: array_to_json, CSV: array_to_csv, NPY: array_to_npy}
