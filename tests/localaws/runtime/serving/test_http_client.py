"""What model servers may send, byte for byte."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from localaws.runtime.serving.http_client import Answer, BrokenConnection, Connection, Late


def exchange(*parts: bytes, seconds: float = 5.0, close: bool = True, pause: float = 0.0) -> tuple[Answer, bool]:
    """The answer that the client makes of `parts`, and whether the connection can be used again."""
    ours, theirs = socket.socketpair()

    def server() -> None:
        theirs.recv(1 << 16)
        with contextlib.suppress(BrokenPipeError):  # a client that has given up
            for part in parts:
                theirs.sendall(part)
                time.sleep(pause)
        if close:
            theirs.close()

    thread = threading.Thread(target=server)
    thread.start()
    connection = Connection(ours)
    try:
        return connection.exchange("POST", "/invocations", [("Accept", "x")], b"body", seconds), connection.reusable
    finally:
        connection.close()
        thread.join()
        theirs.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"


@pytest.mark.parametrize(
    ("parts", "body", "reusable"),
    [
        ([HEAD + b"Content-Length: 5\r\n\r\nhello"], b"hello", True),
        ([HEAD, b"Content-Le", b"ngth: 5\r\n\r", b"\nhel", b"lo"], b"hello", True),
        ([HEAD + b"content-length:0\r\n\r\n"], b"", True),
        ([HEAD + b"Content-Length: 5\r\nConnection: close\r\n\r\nhello"], b"hello", False),
        (
            [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"],
            b"hello world",
            True,
        ),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe", b"\r\n0\r\nTrailer: x\r\n\r\n"], b"he", True),
        ([HEAD + b"\r\nuntil ", b"the end"], b"until the end", False),
        ([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"], b"ok", False),
        ([b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"], b"ok", True),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"Content-Length: 2\r\n\r\nok"], b"ok", True),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b"", True),
        ([HEAD + b"Content-Length: 2\r\n\r\nok and more"], b"ok", False),
        ([HEAD + b"Content-Length: 3000000\r\n\r\n", b"x" * 3000000], b"x" * 3000000, True),
    ],
)
def test_answers(parts: list[bytes], body: bytes, reusable: bool) -> None:
    answer, again = exchange(*parts)
    assert (answer.body, again) == (body, reusable)


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"HTTP/1.1 200",
        b"hello world\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        HEAD + b"Content-Length: 10\r\n\r\nshort",
        HEAD + b"Content-Length: many\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000,
    ],
)
def test_what_is_no_whole_answer(part: bytes) -> None:
    with pytest.raises(BrokenConnection):
        exchange(part)


@pytest.mark.parametrize("parts", [[b""], [HEAD], [HEAD + b"Content-Length: 9\r\n\r\nshort"]])
def test_a_deadline_holds_for_the_whole_answer(parts: list[bytes]) -> None:
    began = time.monotonic()
    with pytest.raises(Late):
        exchange(*parts, seconds=0.3, close=False)
    assert time.monotonic() - began < 30
    with pytest.raises(Late):
        exchange(HEAD, *[b"X: y\r\n"] * 20, seconds=0.3, pause=0.1)


def test_an_idle_connection_that_was_dropped_is_noticed() -> None:
    ours, theirs = socket.socketpair()
    connection = Connection(ours)
    assert not connection.dropped()
    theirs.close()
    assert connection.dropped()
    connection.close()
