"""The routes of an image that runs a user's script, and the script itself."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..flask_like import error_page
from ..http import Handler, Request, Response
from . import compat
from .answers import as_response
from .coding import JSON, UTF8_TYPES
from .defaults import SklearnDefaults, XGBoostDefaults

__all__ = ["ScriptApp", "prepare"]


def prepare(framework: str, tag: str) -> Callable[[Path], Handler]:
    """Bring the user's code into /opt/ml/code and install its requirements; the maker of a worker's handler.

    The script itself is imported by each worker, so that nothing that it starts is shared. Raises ScriptError.
    """
    code = importlib.import_module("script_mode.code")  # the training toolkit does the same with a script
    folder = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "code")
    program = os.environ.get("SAGEMAKER_PROGRAM")
    if not program:
        raise code.ScriptError(
            "This image serves a script: name it in the environment variable SAGEMAKER_PROGRAM, and its folder or "
            "s3://….tar.gz in SAGEMAKER_SUBMIT_DIRECTORY (e.g. /opt/ml/model/code)."
        )
    source = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY")
    if source and not source.startswith("s3://") and not Path(source).exists():
        raise code.ScriptError(
            f"SAGEMAKER_SUBMIT_DIRECTORY is {source}, which is not there: put the script into code/ of model.tar.gz."
        )
    code.fetch(source, folder)
    code.install_requirements(folder)
    sys.path.insert(0, str(folder))
    module = program.removesuffix(".py").replace("/", ".")
    names = ", ".join(sorted(entry.name for entry in folder.iterdir()))
    if importlib.util.find_spec(module) is None:
        raise code.ScriptError(
            f"The script SAGEMAKER_PROGRAM={program} is not in the code of SAGEMAKER_SUBMIT_DIRECTORY={source}; there "
            f"are: {names or 'no files'}."
        )
    defaults = XGBoostDefaults(tag) if framework == "xgboost" else SklearnDefaults()
    compat.offer(defaults.decoders if isinstance(defaults, XGBoostDefaults) else None)

    def make(model_dir: Path) -> Handler:
        return ScriptApp(importlib.import_module(module), defaults, model_dir).handle

    return make


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
        try:
            return route(request)
        except Exception:  # noqa: BLE001 - a script may raise anything, and the server goes on
            sys.stderr.write(f"Exception on {path} [{method}]\n{traceback.format_exc()}")
            sys.stderr.flush()
            return error_page(500)

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
