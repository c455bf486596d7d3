"""Several models behind one listening socket: SageMaker's contract for multi-model containers.

``POST /models`` loads, ``GET /models`` lists, ``GET``/``DELETE /models/NAME`` describes and unloads, ``POST
/models/NAME/invoke`` predicts. As in AWS's images, each model has a process of its own, so that a model that crashes or
leaks takes nothing with it. Here that process is forked from one that has imported the framework, and a connection goes
to it with its first request: the process that accepts connections is not in the way of a prediction.

https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .answers import error_answer, json_answer
from .http import Handler, Request, Response, encode, read_requests
from .multi_models import Models
from .workers import catch_signals, log

__all__ = ["serve"]

_INVOKE = re.compile(rb"POST /models/([^/ ]+)/invoke")
_PAGE = 100
_SECONDS = 30.0  # for a management request to arrive whole


def serve(listener: socket.socket, make: Callable[[Path], Handler], most_models: int, most_bytes: int) -> int:
    """Serve until SIGTERM; the exit code. `most_models`, `most_bytes` (memory of all models): 0 for no limit."""
    return _Server(listener, make, most_models, most_bytes).run()


class _Server:
    def __init__(
        self, listener: socket.socket, make: Callable[[Path], Handler], most_models: int, most_bytes: int
    ) -> None:
        self._listener, self._most_models = listener, most_models
        self._selector = selectors.DefaultSelector()
        self._models = Models(self._selector, listener, make, most_bytes, self._reply)

    def run(self) -> int:
        wakeup = catch_signals()
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(wakeup, selectors.EVENT_READ, None)
        log("[INFO] Model server started")
        while True:
            for key, _ in self._selector.select():
                if key.data:
                    key.data(key.fileobj)
                elif signal.SIGTERM in os.read(wakeup, 256):
                    self._models.end()
                    return 0

    def _accept(self, _: Any) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            connection, _ = self._listener.accept()
            self._watch(connection)

    def _watch(self, connection: socket.socket) -> None:
        self._selector.register(connection, selectors.EVENT_READ, self._route)

    def _route(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        try:
            start = connection.recv(4096, socket.MSG_PEEK)
        except OSError:
            start = b""
        if not start:
            connection.close()
            return
        wanted = _INVOKE.match(start)
        model = self._models.known.get(wanted[1].decode("latin-1")) if wanted else None
        if model and not model.ending:
            if model.ready:
                self._models.hand_over(model, connection)
            else:
                model.parked.append(connection)
            return
        connection.settimeout(_SECONDS)
        try:
            request = next(read_requests(connection))
            response = self._manage(request, connection)
            if response:
                self._reply(connection, response)
        except (OSError, StopIteration, ValueError):
            connection.close()

    def _reply(self, connection: socket.socket, response: Response) -> None:
        try:
            connection.sendall(encode(response, last=False))
            self._watch(connection)
        except OSError:
            connection.close()

    def _manage(self, request: Request, connection: socket.socket) -> Response | None:
        """The answer; None where it comes later."""
        path, _, query = request.path.partition("?")
        if path == "/ping":
            return json_answer(200, {"status": "Healthy!"})
        first, *rest = path.strip("/").split("/")
        if first != "models" or len(rest) > 2:
            return error_answer(404, "Requested resource is not found, please refer to API document.")
        if not rest:
            if request.method == "GET":
                return self._list(query)
            return self._load(request, connection) if request.method == "POST" else error_answer(405, "Not allowed.")
        model = self._models.known.get(rest[0])
        if model is None or model.ending:
            return error_answer(404, f"Model not found: {rest[0]}")
        if request.method == "GET" and len(rest) == 1:
            return json_answer(200, {"modelName": model.name, "modelUrl": model.url})
        if request.method == "DELETE" and len(rest) == 1:
            self._models.unload(model, connection)
            return None
        return error_answer(405, "Requested method is not allowed, please refer to API document.")

    def _list(self, query: str) -> Response:
        options = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
        start, limit = int(options.get("next_page_token", 0)), min(int(options.get("limit", _PAGE)), _PAGE)
        names = sorted(name for name, model in self._models.known.items() if not model.ending)
        shown = [{"modelName": name, "modelUrl": self._models.known[name].url} for name in names[start : start + limit]]
        more = {"nextPageToken": str(start + limit)} if start + limit < len(names) else {}
        return json_answer(200, {**more, "models": shown})

    def _load(self, request: Request, connection: socket.socket) -> Response | None:
        try:
            asked = json.loads(request.body)
            name, url = str(asked["model_name"]), str(asked["url"])
        except (ValueError, KeyError, TypeError):
            return error_answer(400, "Parameters model_name and url are required.")
        if name in self._models.known:
            return error_answer(409, f"Model {name} is already registered.")
        if self._most_models and len(self._models.known) >= self._most_models:
            return error_answer(507, f"{len(self._models.known)} models are loaded, as many as this container holds.")
        self._models.load(name, url, connection)
        return None
