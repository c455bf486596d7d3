"""Kept connections to a container's server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from localaws.runtime.serving.http_client import Answer, BrokenConnection, Connection, Late
from localaws.runtime.serving.interface import ServingError

__all__ = ["Connections"]


class Connections:
    """Connections that are used again, one request at a time on each.

    `connect` makes a new one within so many seconds, or raises OSError. Every method may be called from any thread.
    """

    def __init__(self, container: str, connect: Callable[[float], socket.socket]) -> None:
        self._container, self._connect = container, connect
        self._lock = threading.Lock()
        self._idle: dict[str, list[Connection]] = {}
        self._used = 0
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether a connection is in use."""
        return self._used > 0

    def exchange(
        self, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes, seconds: float, key: str
    ) -> Answer:
        """One request; raises ServingError. Connections are kept for each `key` (a model of a multi-model server)."""
        connection = self._get(key, seconds)
        try:
            with self._worded(seconds):
                return connection.exchange(method, path, headers, body, seconds)
        finally:
            self._give_back(key, connection)

    @contextmanager
    def _worded(self, seconds: float) -> Iterator[None]:
        try:
            yield
        except Late as error:
            raise ServingError(
                "timeout",
                f"Your invocation timed out while waiting for a response from container {self._container}: none came "
                f"within {seconds:g} s.",
                hostname=self._container,
                status=504,
            ) from error
        except BrokenConnection as error:
            raise ServingError(
                "died",
                f"The {self._container} container's server ended while it worked on the request ({error}); it is "
                "started again.",
                hostname=self._container,
                status=502,
            ) from error

    def forget(self, key: str) -> None:
        """Close the idle connections of `key`."""
        with self._lock:
            connections = self._idle.pop(key, [])
        for connection in connections:
            connection.close()

    def close(self) -> None:
        """Close all idle connections now, and the others after their request."""
        with self._lock:
            self._closed = True
            keys = list(self._idle)
        for key in keys:
            self.forget(key)

    def _get(self, key: str, seconds: float) -> Connection:
        with self._lock:
            self._used += 1
        try:
            return self._take(key) or self._open(seconds)
        except ServingError:
            with self._lock:
                self._used -= 1
            raise

    def _take(self, key: str) -> Connection | None:
        while True:
            with self._lock:
                connections = self._idle.get(key)
                if not connections:
                    return None
                connection = connections.pop()
            if not connection.dropped():
                return connection
            connection.close()

    def _give_back(self, key: str, connection: Connection) -> None:
        with self._lock:
            self._used -= 1
            if connection.reusable and not self._closed:
                self._idle.setdefault(key, []).append(connection)
                return
        connection.close()

    def _open(self, seconds: float) -> Connection:
        try:
            return Connection(self._connect(seconds))
        except OSError as error:
            raise ServingError(
                "died",
                f"The {self._container} container's server takes no connection: {error.strerror or error}.",
                hostname=self._container,
                status=503,
            ) from error
