"""HTTP/1.1 to a container: one request at a time on a connection that stays open.

`http.client` parses headers with the e-mail package, which costs more than a one-row prediction. This client reads what
model servers send: a length, chunks, or everything until the connection closes.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

__all__ = ["Answer", "BrokenConnection", "Connection", "Late", "StreamedAnswer"]

_CHUNK = 1 << 18
_MOST_HEAD_BYTES = 1 << 16


class BrokenConnection(Exception):
    """The container closed the connection without a whole answer, or what it sent is not HTTP."""


class Late(Exception):
    """No whole answer before the deadline."""


@dataclass(frozen=True)
class Answer:
    """A response; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class StreamedAnswer:
    """A response whose body comes part by part, as it arrives; header names are lower case."""

    status: int
    headers: dict[str, str]
    parts: Iterator[bytes]


class Connection:
    """A connected stream socket and what was read from it beyond the last answer."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._buffer = b""
        self._deadline = 0.0
        self.reusable = True

    def close(self) -> None:
        self.reusable = False
        self._socket.close()

    def dropped(self) -> bool:
        """Whether the other side has closed this idle connection, or sent what nobody asked for."""
        self._socket.settimeout(0)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True
        return True

    def exchange(
        self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes, seconds: float
    ) -> Answer:
        """Send a request and read its answer. Raises BrokenConnection and Late; the connection is then of no use."""
        reusable, self.reusable = self.reusable, False
        with _worded:
            status, found, lasting = self._begin(method, path, headers, body, seconds)
            if (
                (length := found.get("content-length"))
                and "transfer-encoding" not in found
                and status not in (204, 304)
            ):
                answer = self._take(int(length))
                self.reusable = reusable and lasting and not self._buffer
            else:
                answer = b"".join(self._parts(status, found, reusable and lasting))
        return Answer(status, found, answer)

    def stream(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        seconds: float,
        most_seconds: float,
    ) -> StreamedAnswer:
        """Like `exchange`, with the body still to come: its head within `seconds`, its end within `most_seconds`.

        The parts raise BrokenConnection and Late too; once they have ended the connection can be used again.
        """
        began = time.monotonic()
        reusable, self.reusable = self.reusable, False
        with _worded:
            status, found, lasting = self._begin(method, path, headers, body, seconds)
        self._deadline = began + most_seconds
        return StreamedAnswer(status, found, self._parts(status, found, reusable and lasting))

    def _begin(
        self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes, seconds: float
    ) -> tuple[int, dict[str, str], bool]:
        """Send a request; its answer's status and headers, and whether the connection lasts beyond it."""
        self._deadline = time.monotonic() + seconds
        self._socket.settimeout(seconds)
        self._send(method, path, headers, body)
        status, found, lasting = self._read_head()
        while status < 200:  # 100 Continue and its like announce the answer
            status, found, lasting = self._read_head()
        return status, found, lasting

    def _send(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
        text = f"{method} {path} HTTP/1.1\r\nHost: localhost:8080\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
        head = text.encode("utf-8")
        if len(body) < _CHUNK:
            self._socket.sendall(head + body)
            return
        self._socket.sendall(head)
        self._socket.sendall(body)

    def _parts(self, status: int, headers: dict[str, str], lasting: bool) -> Iterator[bytes]:
        with _worded:
            if status in (204, 304):
                pass
            elif "chunked" in headers.get("transfer-encoding", "").lower():
                while size := int(self._line().split(b";")[0], 16):
                    yield from self._arriving(size)
                    self._take(2)
                while self._line():
                    pass  # trailers
            elif "content-length" in headers:
                yield from self._arriving(int(headers["content-length"]))
            else:
                lasting = False
                yield from self._rest()
        self.reusable = lasting and not self._buffer

    def _read_head(self) -> tuple[int, dict[str, str], bool]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MOST_HEAD_BYTES:
                raise ValueError(f"a head of more than {_MOST_HEAD_BYTES} bytes")
            self._more()
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        self._buffer = self._buffer[end + 4 :]
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError(repr(first[:40]))
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        connection = headers.get("connection", "").lower()
        lasting = "keep-alive" in connection if version == "HTTP/1.0" else "close" not in connection
        return int(rest[:3]), headers, lasting

    def _more(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionError("the connection was closed before its end")
        self._buffer += chunk

    def _arriving(self, length: int) -> Iterator[bytes]:
        """The next `length` bytes, in the pieces in which they come."""
        while length > 0:
            if not self._buffer:
                self._more()
            piece, self._buffer = self._buffer[:length], self._buffer[length:]
            length -= len(piece)
            yield piece

    def _take(self, length: int) -> bytes:
        if len(self._buffer) >= length:
            taken, self._buffer = self._buffer[:length], self._buffer[length:]
            return taken
        return b"".join(self._arriving(length))

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._more()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    def _rest(self) -> Iterator[bytes]:
        """Everything until the other side closes the connection."""
        while True:
            if self._buffer:
                piece, self._buffer = self._buffer, b""
                yield piece
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            if not (chunk := self._socket.recv(_CHUNK)):
                return
            self._buffer = chunk


class _Worded:
    """What goes wrong on a connection, as this module calls it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, TimeoutError):
            raise Late from error
        if isinstance(error, OSError):
            raise BrokenConnection(error.strerror or str(error)) from error
        if isinstance(error, ValueError):
            raise BrokenConnection(f"not an HTTP answer: {error}") from error


_worded = _Worded()
