"""The routes of an image that runs a user's script, and the script itself."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..flask_like import error_page, guarded
from ..http import Handler, Request, Response
from .answers import as_response
from .coding import JSON, UTF8_TYPES
from .defaults import SklearnDefaults
from .user_code import fetch_script

__all__ = ["ScriptApp", "prepare"]


def prepare(framework: str, tag: str) -> Callable[[Path], Handler]:
    """Bring the user's code into /opt/ml/code; the maker of a handler for a model's folder. Raises ScriptError."""
    script = fetch_script(framework, tag)
    return lambda folder: ScriptApp(importlib.import_module(script.module), script.defaults, folder).handle


class ScriptApp:
    """Answers with a script's functions; raises ValueError for a script that mixes the two ways to write one."""

    def __init__(self, script: Any, defaults: SklearnDefaults, model_dir: Path) -> None:
        own = {name: getattr(script, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
        self._transform_fn = getattr(script, "transform_fn", None)
        if self._transform_fn and any(own.values()):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self._input_fn = own["input_fn"] or defaults.input_fn
        self._predict_fn = own["predict_fn"] or defaults.predict_fn
        self._output_fn = own["output_fn"] or defaults.output_fn
        self._parameters_fn: Any = getattr(script, "execution_parameters_fn", None)
        self._default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        self._model = getattr(script, "model_fn", defaults.model_fn)(str(model_dir))

    def handle(self, request: Request) -> Response:
        """The answer to one request."""
        path = request.path.partition("?")[0]
        routes = {"/ping": ("GET", _ping), "/invocations": ("POST", self.invoke)}
        if self._parameters_fn:
            routes["/execution-parameters"] = ("GET", self._execution_parameters)
        if path not in routes:
            return error_page(404)
        method, route = routes[path]
        if request.method != method:
            return error_page(405)
        return guarded(route, request)

    def _execution_parameters(self, request: Request) -> Response:
        return as_response(self._parameters_fn())

    def invoke(self, request: Request) -> Response:
        """POST /invocations; raises what the script raises."""
        headers = request.headers
        content_type = headers.get("contenttype") or headers.get("content-type") or JSON
        accept = headers.get("accept")
        if not accept or accept == "*/*":
            accept = self._default_accept
        body = request.body.decode("utf-8", "replace") if content_type in UTF8_TYPES else request.body
        if self._transform_fn:
            return as_response(self._transform_fn(self._model, body, content_type, accept))
        data = self._input_fn(body, content_type)
        return as_response(self._output_fn(self._predict_fn(data, self._model), accept))


def _ping(request: Request) -> Response:
    return Response(200, b"", JSON)
