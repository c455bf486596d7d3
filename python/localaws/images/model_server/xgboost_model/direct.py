"""Predictions of rows in an array, without the objects that `Booster.predict` makes for them.

`Booster.predict` builds a DMatrix, `Booster.inplace_predict` an array class and two JSON documents for each call: with
one row they take four and three times as long as the prediction. This calls the C function behind `inplace_predict`,
which is part of xgboost's stable C API:
https://xgboost.readthedocs.io/en/stable/dev/group__Prediction.html (XGBoosterPredictFromDense)
"""

from __future__ import annotations

import ctypes
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["direct_predictor"]

Array = np.ndarray[Any, Any]
_CHECKED_ROWS, _FEW = 16, 64
_SIZES, _FLOATS = ctypes.POINTER(ctypes.c_uint64), ctypes.POINTER(ctypes.c_float)
_CONFIGURATION = {
    "type": 0,
    "training": False,
    "iteration_begin": 0,
    "iteration_end": 0,
    "missing": math.nan,
    "strict_shape": False,
    "cache_id": 0,
}


def direct_predictor(xgboost: Any, booster: Any, columns: int) -> Callable[[Array], Array | None] | None:
    """A function from float64 (rows, columns) to predictions, which gives None where it cannot.

    None where this xgboost has no such function, or where it predicts otherwise than `Booster.predict`.
    """
    try:
        library = ctypes.CDLL(xgboost.libpath.find_lib_path()[0])
        function = library.XGBoosterPredictFromDense
    except (AttributeError, OSError, IndexError):
        return None
    function.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p,
        ctypes.POINTER(_SIZES), _SIZES, ctypes.POINTER(_FLOATS),
    ]  # fmt: skip
    function.restype = ctypes.c_int
    configuration = json.dumps(_CONFIGURATION).encode()

    def predict(rows: Array) -> Array | None:
        description = b'{"data":[%d,true],"shape":[%d,%d],"typestr":"%s","version":3}' % (
            rows.ctypes.data, *rows.shape, rows.dtype.str.encode()
        )  # fmt: skip
        shape, dimensions, scores = _SIZES(), ctypes.c_uint64(), _FLOATS()
        # The scores lie in memory of this thread, until its next prediction.
        results = ctypes.byref(shape), ctypes.byref(dimensions), ctypes.byref(scores)
        if function(booster.handle, description, configuration, None, *results):
            return None
        size = tuple(shape[n] for n in range(dimensions.value))
        count = math.prod(size)
        if count < _FEW:  # for these a list is made faster than an array that shares memory
            return np.array(scores[:count], dtype=np.float32).reshape(size)
        return np.ctypeslib.as_array(scores, size).copy()

    return predict if _agrees(xgboost, booster, predict, columns) else None


def _agrees(xgboost: Any, booster: Any, predict: Callable[[Array], Array | None], columns: int) -> bool:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(_CHECKED_ROWS, columns)) * 10.0 ** generator.integers(-3, 4, size=columns)
    rows[generator.random(rows.shape) < 1 / 8] = np.nan
    try:
        expected = booster.predict(xgboost.DMatrix(rows), validate_features=False)
    except xgboost.core.XGBoostError:
        return False
    found = predict(rows)
    return found is not None and np.array_equal(found, expected)
