"""The XGBoost image as a multi-model container, which answers otherwise than alone.

All scores of a CSV answer stand on one line, JSON is a plain list and the default. Behaviour follows
`algorithm_mode/handler_service.py`; the statuses are those that its errors name.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..http import Handler, Request, Response
from .imports import import_xgboost
from .model import Model
from .payload import ContentError, read
from .versions import numbers_libsvm_from_one

__all__ = ["XGBoostMultiApp", "prepare"]

_JSON, _CSV = "application/json", "text/csv"


def prepare(tag: str) -> Callable[[Path], Handler]:
    """Import what every model's process needs, before they are forked; the maker of a handler for a model's folder."""
    xgboost = import_xgboost()
    ensemble = os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true"
    return lambda folder: XGBoostMultiApp(xgboost, Model(xgboost, folder, ensemble), tag).handle


class XGBoostMultiApp:
    """Answers for one of the models."""

    def __init__(self, xgboost: Any, model: Model, tag: str) -> None:
        self._xgboost, self._model = xgboost, model
        self._shift = numbers_libsvm_from_one(tag)
        self._default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", _JSON)

    def handle(self, request: Request) -> Response:
        """POST /models/NAME/invoke."""
        if not request.body:
            return Response(204)
        try:
            rows = read(self._xgboost, request.body, request.headers.get("content-type"), self._shift)
        except ContentError as error:
            return _refused(415, str(error))
        try:
            predictions = self._model.predict(rows)
        except (self._xgboost.core.XGBoostError, ValueError, TypeError) as error:
            return _refused(400, f"Unable to evaluate payload provided: {error}")
        accept = request.headers.get("accept", "*/*")
        if accept in ("", "*/*"):
            accept = self._default_accept
        if accept.lower() in (_CSV, "csv"):
            return Response(200, ",".join(map(str, predictions.tolist())).encode(), accept)
        if accept.lower() in (_JSON, "json"):
            return Response(200, json.dumps(predictions.tolist()).encode(), accept)
        return _refused(
            415,
            f"Encoding to accept type {accept} failed with exception: {accept} is not an accepted Accept type. Please "
            f"choose one of the following: ['{_CSV}', '{_JSON}'].",
        )


def _refused(status: int, message: str) -> Response:
    logging.error("%s", message)
    return Response(status, message.encode(), "text/plain")
