"""The processes of a multi-model server's models: forked, handed connections, listened to, forked again."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import model_process
from .answers import error_answer, json_answer
from .http import Handler, Response
from .workers import log

__all__ = ["Model", "Models"]

_MOST_RESTARTS = 3


@dataclass
class Model:
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


class Models:
    """The models by name, each with a process of its own.

    `reply` answers a connection that waits for a model to be loaded or unloaded. `most_bytes`: memory of all models, 0
    for no limit.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        listener: socket.socket,
        make: Callable[[Path], Handler],
        most_bytes: int,
        reply: Callable[[socket.socket, Response], None],
    ) -> None:
        self._selector, self._listener, self._make = selector, listener, make
        self._most_bytes, self._reply = most_bytes, reply
        self.known: dict[str, Model] = {}

    def end(self) -> None:
        """Let every process finish what it works on, and wait for its end."""
        for model in self.known.values():
            if model.control:
                model.control.close()
        for model in self.known.values():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(model.process, 0)

    def load(self, name: str, url: str, connection: socket.socket) -> None:
        """Start a model; `connection` is answered when it is ready or cannot be."""
        model = self.known[name] = Model(name, url, waiting=[connection])
        self.start(model)

    def unload(self, model: Model, connection: socket.socket) -> None:
        """End a model; `connection` is answered when it has ended."""
        model.ending, model.waiting = True, [*model.waiting, connection]
        assert model.control
        model.control.shutdown(socket.SHUT_WR)  # it finishes what it works on, and ends

    def start(self, model: Model) -> None:
        """Fork the process of a model, which tells by its control socket when it is ready."""
        model.control, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        model.process = os.fork()
        if not model.process:
            self._selector.close()
            self._listener.close()
            for other in self.known.values():
                for end in (other.control, *other.waiting, *other.parked):
                    if end:
                        end.close()
            model_process.run(theirs, self._make, _folder(model.url))
        theirs.close()
        self._selector.register(model.control, selectors.EVENT_READ, lambda _: self._heard(model))

    def hand_over(self, model: Model, connection: socket.socket) -> None:
        """Leave a connection, and all requests on it, to the model's process."""
        assert model.control
        with contextlib.suppress(OSError):  # its process has just ended: the caller sees its connection close
            socket.send_fds(model.control, [b"c"], [connection.fileno()])
        connection.close()

    def _heard(self, model: Model) -> None:
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
        used = sum(other.size for other in self.known.values())
        if self._most_bytes and used > self._most_bytes:
            self._drop(
                model, error_answer(507, f"The models take {used} bytes of memory; {self._most_bytes} are there.")
            )
            return
        log(f"[INFO] Model {model.name} loaded from {model.url} ({model.size} bytes)")
        self._answer(model, json_answer(200, {"status": "Workers scaled"}))
        for connection in model.parked:
            self.hand_over(model, connection)
        model.parked.clear()

    def _ended(self, model: Model) -> None:
        code = self._forget_process(model)
        if model.ending:
            del self.known[model.name]
            self._answer(model, json_answer(200, {"status": f'Model "{model.name}" unregistered'}))
            return
        log(f"[ERROR] The process of model {model.name} ended with code {code}")
        if model.restarts < _MOST_RESTARTS and not model.waiting:
            model.ready, model.restarts = False, model.restarts + 1
            self.start(model)
            return
        # What takes a process away while it loads is the kernel, short of memory.
        self._drop(
            model, error_answer(507 if code == -signal.SIGKILL else 500, f"Failed to start workers: code {code}")
        )

    def _drop(self, model: Model, response: Response) -> None:
        """Give a model up."""
        del self.known[model.name]
        if model.process:
            os.kill(model.process, signal.SIGKILL)
            self._forget_process(model)
        for connection in model.parked:
            connection.close()
        self._answer(model, response)

    def _forget_process(self, model: Model) -> int:
        assert model.control
        self._selector.unregister(model.control)
        model.control.close()
        _, status = os.waitpid(model.process, 0)
        model.process = 0
        return os.waitstatus_to_exitcode(status)

    def _answer(self, model: Model, response: Response) -> None:
        waiting, model.waiting = model.waiting, []
        for connection in waiting:
            self._reply(connection, response)


def _folder(url: str) -> Path:
    """Where a model lies; without namespaces /opt/ml is elsewhere."""
    return Path(url.replace("/opt/ml", os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), 1))
