"""HTTP/1.1 on a connected socket: requests in, responses out, as fast as Python allows.

Only the stack calls these servers, so this reads what its client sends (a length or chunks) and refuses the rest.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

__all__ = ["Gate", "Handler", "Request", "Response", "encode", "read_requests", "serve_connection"]

_CHUNK = 1 << 18
_MOST_HEAD_BYTES = 1 << 16
_REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    503: "Service Unavailable",
    502: "Bad Gateway",
    507: "Insufficient Storage",
}


class Request(NamedTuple):
    """A request; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Response(NamedTuple):
    """A response. An empty `content_type` is not sent."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = MappingProxyType({})


Handler = Callable[[Request], Response]


class _Closed(Exception):
    """The other side is done."""


class _Reader:
    def __init__(self, connection: socket.socket) -> None:
        self.connection, self.buffer = connection, b""

    def more(self) -> None:
        chunk = self.connection.recv(_CHUNK)
        if not chunk:
            raise _Closed
        self.buffer += chunk

    def take(self, length: int) -> bytes:
        parts, missing = [self.buffer[:length]], length - len(self.buffer)
        self.buffer = self.buffer[length:]
        while missing > 0:
            self.more()
            parts.append(self.buffer[:missing])
            self.buffer = self.buffer[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def until(self, end: bytes) -> bytes:
        while (at := self.buffer.find(end)) < 0:
            if len(self.buffer) > _MOST_HEAD_BYTES:
                raise _Closed
            self.more()
        found, self.buffer = self.buffer[:at], self.buffer[at + len(end) :]
        return found


def read_requests(connection: socket.socket) -> Iterator[Request]:
    """The requests of a connection, until it is closed."""
    reader = _Reader(connection)
    with contextlib.suppress(_Closed):
        while True:
            yield _read_request(reader)


def _read_request(reader: _Reader) -> Request:
    first, *lines = reader.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if "chunked" in headers.get("transfer-encoding", ""):
        parts = []
        while size := int(reader.until(b"\r\n"), 16):
            parts.append(reader.take(size))
            reader.take(2)
        reader.until(b"\r\n")
        return Request(method, path, headers, b"".join(parts))
    return Request(method, path, headers, reader.take(int(headers.get("content-length", 0))))


def encode(response: Response, last: bool) -> bytes:
    """A response as it goes over the wire."""
    status, body, content_type, more = response
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in more.items()]
    if last:
        lines.append("Connection: close")
    if status == 204:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1", "replace") + body


class Gate(Protocol):
    """Counts the requests under way, and says when no more are taken."""

    draining: bool

    def enter(self) -> bool:
        """A request has come; whether it is to be answered."""

    def leave(self) -> None:
        """Its answer is sent."""


def serve_connection(connection: socket.socket, handler: Handler, gate: Gate) -> None:
    """Answer requests until either side closes."""
    with connection, contextlib.suppress(OSError, ValueError):
        for request in read_requests(connection):
            if not gate.enter():
                return
            try:
                response = handler(request)
                last = gate.draining
                connection.sendall(encode(response, last))
            finally:
                gate.leave()
            if last:
                return
