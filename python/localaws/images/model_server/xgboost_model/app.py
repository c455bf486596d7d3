"""The routes of the XGBoost image."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..flask_like import error_page, guarded, respond, text
from ..http import Handler, Request, Response
from . import selectable
from .imports import import_xgboost
from .model import Model
from .payload import ContentError, read
from .versions import numbers_libsvm_from_one, writes_lines

__all__ = ["XGBoostApp", "prepare"]

_ACCEPTED = ["application/json", "application/jsonlines", "application/x-recordio-protobuf", "text/csv"]
_JSON, _CSV = "application/json", "text/csv"
_MOST_BYTES = 6 * 1024**2


def prepare(tag: str) -> Callable[[Path], Handler]:
    """Import what every worker needs, before they are forked; the maker of a handler for a model's folder."""
    xgboost = import_xgboost()

    def make(folder: Path) -> Handler:
        ensemble = os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true"
        return XGBoostApp(xgboost, Model(xgboost, folder, ensemble), tag).handle

    return make


class XGBoostApp:
    """Answers for one model; `tag` is the image's."""

    def __init__(self, xgboost: Any, model: Model, tag: str) -> None:
        self._xgboost, self._model = xgboost, model
        self._lines, self._shift = writes_lines(tag), numbers_libsvm_from_one(tag)
        self._batch = bool(os.environ.get("SAGEMAKER_BATCH"))
        self._default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", _CSV)
        self._most_bytes = int(os.environ.get("MAX_CONTENT_LENGTH") or _MOST_BYTES)
        selected = os.environ.get("SAGEMAKER_INFERENCE_OUTPUT")
        self._keys = None if selected is None else selected.replace(" ", "").lower().split(",")

    def handle(self, request: Request) -> Response:
        """The answer to one request."""
        path = request.path.partition("?")[0]
        if path == "/invocations":
            return guarded(self.invoke, request) if request.method == "POST" else error_page(405)
        if path not in ("/ping", "/execution-parameters"):
            return error_page(404)
        if request.method != "GET":
            return error_page(405)
        return respond("") if path == "/ping" else self._execution_parameters()

    def _execution_parameters(self) -> Response:
        parameters = {
            "MaxConcurrentTransforms": os.cpu_count() or 1,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": self._most_bytes // 1024**2,
        }
        return respond(json.dumps(parameters), mimetype=_JSON)

    def invoke(self, request: Request) -> Response:
        """POST /invocations."""
        if len(request.body) > self._most_bytes:
            return error_page(413)
        if not request.body:
            return text("", 204)
        try:
            rows = read(self._xgboost, request.body, request.headers.get("content-type"), self._shift)
        except ContentError as error:
            logging.error("%s", error)
            return text(str(error), 415)
        try:
            predictions = self._model.predict(rows)
        except (self._xgboost.core.XGBoostError, ValueError, TypeError) as error:
            logging.error("%s", error)
            return text(f"Unable to evaluate payload provided: {error}", 400)
        accept = self._accept(request.headers.get("accept", ""))
        if accept is None:
            given = request.headers["accept"].split(";")[0].strip()
            message = f"Accept type {given} is not supported. Please use supported accept types: {_ACCEPTED}."
            logging.error(message)
            return text(message, 406)
        if self._keys is not None:
            return self._selected(predictions, self._keys, accept)
        return self._encoded(predictions.tolist(), accept)

    def _accept(self, header: str) -> str | None:
        accept = header.split(";")[0].strip()
        if not accept or accept == "*/*":
            return self._default_accept
        return accept.lower() if accept.lower() in _ACCEPTED else None

    def _selected(self, predictions: Any, keys: list[str], accept: str) -> Response:
        try:
            selected = selectable.select(predictions, keys, self._model.objective, self._model.classes)
            return respond(selectable.encode(selected, keys, accept, self._batch), mimetype=accept)
        except (ValueError, RuntimeError) as error:
            logging.error("%s", error)
            return text(str(error), 500)

    def _encoded(self, predictions: list[Any], accept: str) -> Response:
        if self._batch:
            return respond("\n".join(map(str, predictions)) + "\n", mimetype=accept)
        if not self._lines:
            return respond(",".join(map(str, predictions)), mimetype=_CSV)
        if accept == _JSON:
            return respond(json.dumps({"predictions": [{"score": score} for score in predictions]}), mimetype=_JSON)
        if accept != _CSV:
            # AWS's container does not catch this one: recordio and jsonlines exist for selected content only.
            logging.error("Content type %s is not supported by this framework.", accept)
            return error_page(500)
        lines = (",".join(map(str, row)) if isinstance(row, list) else str(row) for row in predictions)
        return respond("\n".join(lines) + "\n", mimetype=_CSV)
