"""A container with a loopback of its own: how the stack reaches its port 8080, and how it reaches the stack.

A server that hard-codes port 8080 works next to any number of others, as on AWS, because it runs in a network namespace
of its own. A small agent inside connects to 127.0.0.1:8080 there whenever the stack asks, and hands the connected
socket over (SCM_RIGHTS): a socket stays in the namespace that it was made in, so requests cost what they cost on one
loopback, and nothing is relayed. In the other direction the agent listens on the port of the stack's endpoint and hands
that socket out once; connections to it are relayed to the real endpoint, so that the same URL works inside.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["Namespace"]

AGENT = Path(__file__).with_name("agent.py")
_READY_SECONDS = 10.0
_CHUNK = 1 << 16


class Namespace:
    """The stack's side of one container's agent."""

    def __init__(self, endpoint_url: str | None) -> None:
        self._ours, self._theirs = socket.socketpair()
        parts = urlsplit(endpoint_url or "")
        self._endpoint_port = parts.port if parts.hostname in ("127.0.0.1", "localhost") and parts.port else 0
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._outward: socket.socket | None = None

    @property
    def descriptor(self) -> int:
        """The number that the agent's process must inherit."""
        return self._theirs.fileno()

    def command(self) -> list[str]:
        """What is to be run inside the namespace."""
        return [sys.executable, "-I", "-S", str(AGENT), str(self.descriptor), str(self._endpoint_port)]

    def started(self) -> None:
        """The process that has the agent's end was started."""
        self._theirs.close()
        threading.Thread(target=self._serve_outward, name="container-outward", daemon=True).start()

    def connect(self, seconds: float) -> socket.socket:
        """A socket that is connected to port 8080 inside; raises OSError."""
        if not self._ready.wait(min(seconds, _READY_SECONDS)):
            raise TimeoutError("the container's network is not up")
        with self._lock:
            self._ours.sendall(b"c")
            said, descriptors, _, _ = socket.recv_fds(self._ours, 1, 1)
        if descriptors:
            return socket.socket(fileno=descriptors[0])
        if not said:
            raise ConnectionResetError("the container has ended")
        raise ConnectionRefusedError(said[0], os.strerror(said[0]))

    def close(self) -> None:
        if self._outward:
            # Closing alone would not wake the thread that accepts.
            with contextlib.suppress(OSError):
                self._outward.shutdown(socket.SHUT_RDWR)
        for end in (self._ours, self._theirs):
            end.close()

    def _serve_outward(self) -> None:
        try:
            _, descriptors, _, _ = socket.recv_fds(self._ours, 1, 1)
        except OSError:
            return
        self._ready.set()
        if not descriptors:
            return
        with socket.socket(fileno=descriptors[0]) as self._outward:
            while True:
                try:
                    inside, _ = self._outward.accept()
                except OSError:
                    return
                threading.Thread(target=self._relay, args=(inside,), name="container-outward", daemon=True).start()

    def _relay(self, inside: socket.socket) -> None:
        """Pass bytes between a connection from inside and one to the endpoint until one side has ended."""
        with (
            inside,
            contextlib.suppress(OSError),
            selectors.DefaultSelector() as selector,
            socket.create_connection(("127.0.0.1", self._endpoint_port)) as outside,
        ):
            selector.register(inside, selectors.EVENT_READ, outside)
            selector.register(outside, selectors.EVENT_READ, inside)
            while selector.get_map():
                for key, _ in selector.select():
                    chunk = key.fileobj.recv(_CHUNK)  # type: ignore[union-attr]
                    if chunk:
                        key.data.sendall(chunk)
                        continue
                    selector.unregister(key.fileobj)
                    key.data.shutdown(socket.SHUT_WR)
