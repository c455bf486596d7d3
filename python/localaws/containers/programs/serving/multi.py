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
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import model_process
from .answers import error_answer, json_answer
from .http import Handler, Request, Response, encode, read_requests
from .workers import catch_signals, log

__all__ = ["serve"]

_INVOKE = re.compile(rb"POST /models/([^/ ]+)/invoke")
_PAGE = 100
_SECONDS = 30.0  # for a management request to arrive whole
_MOST_RESTARTS = 3


@dataclass
class _Model:
    name: str
    url: str
    process: int = 0
    control: socket.socket | None = None
    ready: bool = False
    ending: bool = False
    restarts: int = 0
    size: int = 0
    waiting: list[socket.socket] = field(default_factory=list)  # who loads or unloads it
    parked: list[socket.socket] = field(default_factory=list)  # who wants to invoke it while it loads again


def serve(listener: socket.socket, make: Callable[[Path], Handler], most_models: int, most_bytes: int) -> int:
    """Serve until SIGTERM; the exit code. `most_models`, `most_bytes` (memory of all models): 0 for no limit."""
    return _Server(listener, make, most_models, most_bytes).run()


class _Server:
    def __init__(
        self, listener: socket.socket, make: Callable[[Path], Handler], most_models: int, most_bytes: int
    ) -> None:
        self._listener, self._make = listener, make
        self._most_models, self._most_bytes = most_models, most_bytes
        self._models: dict[str, _Model] = {}
        self._selector = selectors.DefaultSelector()

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
                    return self._end()

    def _end(self) -> int:
        for model in self._models.values():
            if model.control:
                model.control.close()
        for model in self._models.values():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(model.process, 0)
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
        model = self._models.get(wanted[1].decode("latin-1")) if wanted else None
        if model and not model.ending:
            if model.ready:
                self._hand_over(model, connection)
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
        model = self._models.get(rest[0])
        if model is None or model.ending:
            return error_answer(404, f"Model not found: {rest[0]}")
        if request.method == "GET" and len(rest) == 1:
            return json_answer(200, {"modelName": model.name, "modelUrl": model.url})
        if request.method == "DELETE" and len(rest) == 1:
            self._unload(model, connection)
            return None
        return error_answer(405, "Requested method is not allowed, please refer to API document.")

    def _list(self, query: str) -> Response:
        options = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
        start, limit = int(options.get("next_page_token", 0)), min(int(options.get("limit", _PAGE)), _PAGE)
        names = sorted(name for name, model in self._models.items() if not model.ending)
        shown = [{"modelName": name, "modelUrl": self._models[name].url} for name in names[start : start + limit]]
        more = {"nextPageToken": str(start + limit)} if start + limit < len(names) else {}
        return json_answer(200, {**more, "models": shown})

    def _load(self, request: Request, connection: socket.socket) -> Response | None:
        try:
            asked = json.loads(request.body)
            name, url = str(asked["model_name"]), str(asked["url"])
        except (ValueError, KeyError, TypeError):
            return error_answer(400, "Parameters model_name and url are required.")
        if name in self._models:
            return error_answer(409, f"Model {name} is already registered.")
        if self._most_models and len(self._models) >= self._most_models:
            return error_answer(507, f"{len(self._models)} models are loaded, as many as this container holds.")
        model = self._models[name] = _Model(name, url, waiting=[connection])
        self._fork(model)
        return None

    def _unload(self, model: _Model, connection: socket.socket) -> None:
        model.ending, model.waiting = True, [*model.waiting, connection]
        assert model.control
        model.control.shutdown(socket.SHUT_WR)  # it finishes what it works on, and ends

    def _fork(self, model: _Model) -> None:
        model.control, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        model.process = os.fork()
        if not model.process:
            self._selector.close()
            self._listener.close()
            for other in self._models.values():
                for end in (other.control, *other.waiting, *other.parked):
                    if end:
                        end.close()
            model_process.run(theirs, self._make, _folder(model.url))
        theirs.close()
        self._selector.register(model.control, selectors.EVENT_READ, lambda _: self._heard(model))

    def _hand_over(self, model: _Model, connection: socket.socket) -> None:
        assert model.control
        with contextlib.suppress(OSError):  # its process has just ended: the caller sees its connection close
            socket.send_fds(model.control, [b"c"], [connection.fileno()])
        connection.close()

    def _heard(self, model: _Model) -> None:
        """A model's process says that it is ready or why it is not, or has ended."""
        assert model.control
        try:
            said = model.control.recv(1 << 16)
        except OSError:
            said = b""
        if not said:
            self._ended(model)
            return
        word = json.loads(said)
        if "error" in word:
            self._drop(model, error_answer(507 if word["memory"] else 500, word["error"]))
            return
        model.size, model.ready, model.restarts = word["bytes"], True, 0
        used = sum(other.size for other in self._models.values())
        if self._most_bytes and used > self._most_bytes:
            self._drop(
                model, error_answer(507, f"The models take {used} bytes of memory; {self._most_bytes} are there.")
            )
            return
        log(f"[INFO] Model {model.name} loaded from {model.url} ({model.size} bytes)")
        self._answer(model, json_answer(200, {"status": "Workers scaled"}))
        for connection in model.parked:
            self._hand_over(model, connection)
        model.parked.clear()

    def _ended(self, model: _Model) -> None:
        code = self._forget_process(model)
        if model.ending:
            del self._models[model.name]
            self._answer(model, json_answer(200, {"status": f'Model "{model.name}" unregistered'}))
            return
        log(f"[ERROR] The process of model {model.name} ended with code {code}")
        if model.restarts < _MOST_RESTARTS and not model.waiting:
            model.ready, model.restarts = False, model.restarts + 1
            self._fork(model)
            return
        # What takes a process away while it loads is the kernel, short of memory.
        self._drop(
            model, error_answer(507 if code == -signal.SIGKILL else 500, f"Failed to start workers: code {code}")
        )

    def _drop(self, model: _Model, response: Response) -> None:
        """Give a model up."""
        del self._models[model.name]
        if model.process:
            os.kill(model.process, signal.SIGKILL)
            self._forget_process(model)
        for connection in model.parked:
            connection.close()
        self._answer(model, response)

    def _forget_process(self, model: _Model) -> int:
        assert model.control
        self._selector.unregister(model.control)
        model.control.close()
        _, status = os.waitpid(model.process, 0)
        model.process = 0
        return os.waitstatus_to_exitcode(status)

    def _answer(self, model: _Model, response: Response) -> None:
        waiting, model.waiting = model.waiting, []
        for connection in waiting:
            self._reply(connection, response)


def _folder(url: str) -> Path:
    """Where a model lies; without namespaces /opt/ml is elsewhere."""
    return Path(url.replace("/opt/ml", os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), 1))
