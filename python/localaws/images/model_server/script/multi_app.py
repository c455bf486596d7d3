"""A user's script as a multi-model container: one script, any number of models.

Behaviour follows https://github.com/aws/sagemaker-inference-toolkit (`transformer.py`), with which the images serve
several models: an error is a 500 whose body is the message and the traceback.
"""

from __future__ import annotations

import importlib
import inspect
import io
import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..http import Handler, Request, Response
from . import coding
from .defaults import SklearnDefaults
from .user_code import Script, fetch_script

__all__ = ["ScriptMultiApp", "prepare"]


def prepare(framework: str, tag: str) -> Callable[[Path], Handler]:
    """Bring the user's code into /opt/ml/code; the maker of a handler for a model's folder. Raises ScriptError."""
    script = fetch_script(framework, tag)
    if framework == "sklearn":
        script.defaults = _SklearnDefaults()
    return lambda folder: ScriptMultiApp(script, folder).handle


class _SklearnDefaults(SklearnDefaults):
    """Unlike the toolkit for one model, this one makes one row of CSV a row."""

    def input_fn(self, body: Any, content_type: str) -> Any:
        """An array; CSV and JSON as 32-bit numbers."""
        if content_type == coding.CSV:
            array = np.genfromtxt(io.StringIO(body), delimiter=",")
        else:
            array = coding.decode(body, content_type)
        if array.ndim == 1:
            array = array.reshape(1, -1)
        return array.astype(np.float32) if content_type in coding.UTF8_TYPES else array

    def output_fn(self, prediction: Any, accept: str) -> Any:
        """The prediction in the accepted type."""
        return coding.encode(prediction, accept), accept


class ScriptMultiApp:
    """Answers for one of the models; raises ValueError for a script that mixes the two ways to write one."""

    def __init__(self, script: Script, folder: Path) -> None:
        module, defaults = importlib.import_module(script.module), script.defaults
        own = {name: getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
        self._transform_fn = getattr(module, "transform_fn", None)
        if self._transform_fn and any(own.values()):
            raise ValueError(
                "Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, and/or output_fn "
                "implementation"
            )
        self._input_fn = own["input_fn"] or defaults.input_fn
        self._predict_fn = own["predict_fn"] or defaults.predict_fn
        self._output_fn = own["output_fn"] or defaults.output_fn
        self._context = SimpleNamespace(system_properties={"model_dir": str(folder)})
        self._default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", coding.JSON)
        self._model = self._call(getattr(module, "model_fn", defaults.model_fn), str(folder))

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """A function of the script, with the context where it takes one more argument."""
        more = len(inspect.signature(function).parameters) - len(arguments)
        if more not in (0, 1):
            name = getattr(function, "__name__", function)
            raise TypeError(f"{name} takes {len(arguments) + more} arguments but {len(arguments)} were given.")
        return function(*arguments, self._context) if more else function(*arguments)

    def handle(self, request: Request) -> Response:
        """POST /models/NAME/invoke."""
        try:
            return self._invoke(request)
        except Exception as error:  # noqa: BLE001 - a script may raise anything, and the server goes on
            traceback.print_exc()
            return Response(500, f"{error}\n{traceback.format_exc()}".encode(), "text/plain")

    def _invoke(self, request: Request) -> Response:
        content_type, accept = request.headers.get("content-type", ""), request.headers.get("accept", "*/*")
        if accept in ("", "*/*"):
            accept = self._default_accept
        body: Any = request.body.decode("utf-8") if content_type in coding.UTF8_TYPES else request.body
        if self._transform_fn:
            result = self._call(self._transform_fn, self._model, body, content_type, accept)
        else:
            data = self._call(self._input_fn, body, content_type)
            result = self._call(self._output_fn, self._call(self._predict_fn, data, self._model), accept)
        if hasattr(result, "get_data"):
            return Response(int(result.status_code), result.get_data(), result.mimetype)
        made, accept = result if isinstance(result, tuple) else (result, accept)
        if isinstance(made, str):
            made = made.encode("utf-8")
        return Response(200, bytes(made) if isinstance(made, (bytes, bytearray)) else json.dumps(made).encode(), accept)
