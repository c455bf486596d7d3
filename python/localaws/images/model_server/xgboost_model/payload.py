"""Request bodies: CSV, LIBSVM and RecordIO-protobuf, as rows for a booster."""

from __future__ import annotations

import csv
from typing import Any, NamedTuple

import numpy as np

from .records import read_records

__all__ = ["ContentError", "Rows", "read", "read_csv", "read_libsvm"]

CSV, LIBSVM, PARQUET, RECORDIO = "csv", "libsvm", "parquet", "recordio-protobuf"
_KINDS = {
    CSV: CSV,
    LIBSVM: LIBSVM,
    PARQUET: PARQUET,
    RECORDIO: RECORDIO,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": PARQUET,
    "application/x-recordio-protobuf": RECORDIO,
}
_SNIFFED = 512  # characters of the first line that decide about the delimiter


class ContentError(Exception):
    """A body that cannot be read; the message is the container's."""


class Rows(NamedTuple):
    """Rows of a request: `dense` float64 (rows, columns) where a booster can take them as they are, else `matrix`."""

    kind: str
    dense: np.ndarray[Any, Any] | None
    matrix: Any  # xgboost.DMatrix


def kind_of(content_type: str | None) -> str:
    """One of csv, libsvm (also where nothing is declared), parquet, recordio-protobuf; raises ContentError."""
    if content_type is None:
        return LIBSVM
    name, *parameters = (part.strip() for part in content_type.lower().split(";"))
    if name not in _KINDS:
        raise ContentError(f"{content_type} is not an accepted ContentType: {', '.join(_KINDS)}.")
    sizes = [parameter.partition("=")[2].strip('"') for parameter in parameters if parameter.startswith("label_size=")]
    if _KINDS[name] == CSV and sizes and sizes[-1] != "1":
        raise ContentError(
            f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
        )
    return _KINDS[name]


def read(xgboost: Any, body: bytes, content_type: str | None, shift_libsvm: bool) -> Rows:
    """The rows of a body; raises ContentError.

    `shift_libsvm`: images since 3.2 take LIBSVM indices that start at 1 for ones that start at 0.
    """
    kind = kind_of(content_type)
    if kind == PARQUET:
        raise ContentError(f"Content-type {content_type} is not supported.")
    try:
        if kind == CSV:
            return _csv_rows(xgboost, body.strip().decode("utf-8"))
        if kind == LIBSVM:
            return Rows(LIBSVM, None, xgboost.DMatrix(read_libsvm(body.strip().decode("utf-8"), shift_libsvm)))
        return Rows(RECORDIO, None, xgboost.DMatrix(read_records(body)))
    except Exception as error:  # xgboost, numpy and codecs raise a dozen classes for bad data
        gap = " " if kind == RECORDIO else "\n "
        raise ContentError(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:"
            f"{gap}{type(error)}{gap}{error}"
        ) from error


def _csv_rows(xgboost: Any, text: str) -> Rows:
    dense = _fast_csv(text)
    if dense is None:
        dense = read_csv(text)
    with np.errstate(over="ignore"):
        infinite = np.isinf(dense.astype(np.float32)).any()
    # A DMatrix refuses what does not fit 32 bits; a booster that is given the array itself would not.
    return Rows(CSV, None, xgboost.DMatrix(dense)) if infinite else Rows(CSV, dense, None)


def _fast_csv(text: str) -> np.ndarray[Any, Any] | None:
    """What `read_csv` gives, for the plain case of commas and numbers; None for everything else.

    A first line with a comma and without quotes always has the comma for its delimiter (csv.Sniffer prefers it), and
    finding that out costs more than a prediction.
    """
    first, _, more = text.partition("\n")
    if "," not in first[:_SNIFFED] or '"' in first or "'" in first:
        return None
    try:
        if not more:
            return np.array([[float(cell or "nan") for cell in first.split(",")]])
        commas = first.count(",")
        lines = text.split("\n")
        if any(line.count(",") != commas for line in lines):
            return None
        cells = text.replace("\n", ",").split(",")
        return np.array([float(cell or "nan") for cell in cells]).reshape(len(lines), commas + 1)
    except ValueError:
        return None


def read_csv(text: str) -> np.ndarray[Any, Any]:
    """Rows of CSV text as float64; raises csv.Error and ValueError."""
    delimiter = csv.Sniffer().sniff(text.split("\n")[0][:_SNIFFED]).delimiter
    if delimiter.isalnum():
        delimiter = ","
    return np.array([[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]).astype(float)


def read_libsvm(text: str, shift: bool) -> Any:
    """Rows of LIBSVM text as a scipy matrix; raises ValueError."""
    from scipy.sparse import csr_matrix

    rows, columns, values = [], [], []
    for number, line in enumerate(text.split("\n")):
        for item in line.split(" "):
            if ":" in item:
                index, value = item.split(":")[:2]
                rows.append(number)
                columns.append(int(index))
                values.append(float(value))
    offset = 1 if shift and columns and min(columns) >= 1 else 0
    return csr_matrix((np.array(values), (np.array(rows), np.array(columns, dtype=int) - offset)))
