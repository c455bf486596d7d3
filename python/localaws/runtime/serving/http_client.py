"""HTTP/1.1 to a container: one request at a time on a connection that stays open.

`http.client` parses headers with the e-mail package, which costs more than a one-row prediction. This client reads what
model servers send: a length, chunks, or everything until the connection closes.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Answer", "BrokenConnection", "Connection", "Late"]

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
        self._deadline = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            self._send(method, path, headers, body)
            status, found, lasting = self._read_head()
            while status < 200:  # 100 Continue and its like announce the answer
                status, found, lasting = self._read_head()
            answer, delimited = self._read_body(status, found)
        except TimeoutError as error:
            raise Late from error
        except OSError as error:
            raise BrokenConnection(error.strerror or str(error)) from error
        except ValueError as error:
            raise BrokenConnection(f"not an HTTP answer: {error}") from error
        self.reusable = reusable and lasting and delimited and not self._buffer
        return Answer(status, found, answer)

    def _send(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
        text = f"{method} {path} HTTP/1.1\r\nHost: localhost:8080\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
        head = text.encode("utf-8")
        if len(body) < _CHUNK:
            self._socket.sendall(head + body)
            return
        self._socket.sendall(head)
        self._socket.sendall(body)

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

    def _read_body(self, status: int, headers: dict[str, str]) -> tuple[bytes, bool]:
        """The body, and whether its end shows without the end of the connection."""
        if status in (204, 304):
            return b"", True
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._read_chunks(), True
        if "content-length" in headers:
            return self._take(int(headers["content-length"])), True
        return self._read_rest(), False

    def _read_chunks(self) -> bytes:
        chunks = []
        while size := int(self._line().split(b";")[0], 16):
            chunks.append(self._take(size))
            self._take(2)
        while self._line():
            pass  # trailers
        return b"".join(chunks)

    def _read_rest(self) -> bytes:
        """Everything until the other side closes the connection."""
        pieces = [self._buffer]
        self._buffer = b""
        while piece := self._receive():
            pieces.append(piece)
        return b"".join(pieces)

    def _take(self, length: int) -> bytes:
        """The next `length` bytes."""
        pieces = []
        while length > 0:
            if not self._buffer:
                self._more()
            piece, self._buffer = self._buffer[:length], self._buffer[length:]
            length -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._more()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    def _more(self) -> None:
        chunk = self._receive()
        if not chunk:
            raise ConnectionError("the connection was closed before its end")
        self._buffer += chunk

    def _receive(self) -> bytes:
        """What has arrived, or arrives before the deadline; empty where the other side has closed the connection."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._socket.recv(_CHUNK)
