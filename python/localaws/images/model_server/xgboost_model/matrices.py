"""Bodies as xgboost.DMatrix, for scripts in the XGBoost image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .imports import import_xgboost
from .payload import read_csv, read_libsvm
from .records import read_records
from .versions import numbers_libsvm_from_one

__all__ = ["decoders"]


def decoders(tag: str) -> dict[str, Callable[[Any], Any]]:
    """Content type → function of a body; the image's `encoder.decode`."""
    xgboost = import_xgboost()
    shift = numbers_libsvm_from_one(tag)

    def from_csv(body: Any, dtype: Any = None) -> Any:
        return xgboost.DMatrix(read_csv(_text(body)))

    def from_libsvm(body: Any) -> Any:
        rows = read_libsvm(_text(body).strip(), shift)
        # The images that number columns from 1 also take what a row leaves out for 0, not for missing.
        return xgboost.DMatrix(rows.toarray() if shift else rows)

    def from_records(body: Any) -> Any:
        return xgboost.DMatrix(read_records(bytes(body)))

    return {
        "text/csv": from_csv,
        "text/libsvm": from_libsvm,
        "text/x-libsvm": from_libsvm,
        "application/x-recordio-protobuf": from_records,
    }


def _text(body: Any) -> str:
    return body if isinstance(body, str) else bytes(body).decode("utf-8")
