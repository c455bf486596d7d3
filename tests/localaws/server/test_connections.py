"""Half-open requests, slow clients and idle connections: none keeps the stack from answering others."""

from __future__ import annotations

import http.client
import selectors
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from jobs.world import REGION, another_account

from localaws.server import connections
from localaws.server import http_server as server_module
from localaws.stack import Stack

HALVES = {
    "nothing": b"",
    "a line": b"POST / HTT",
    "headers": b"POST / HTTP/1.1\r\nHost: localhost\r\nX-A",
    "a body's beginning": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc",
    "no body": b"PUT /bucket/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n",
    "a chunk's beginning": b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
    "a body that may continue": b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    stack = Stack(REGION, another_account(), tmp_path, "", tmp_path)
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    yield server.effective_port
    stack.close()
    server.close()
    server.task_dispatcher.shutdown()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are given up soon."""
    limit_connections(monkeypatch, seconds=1.0)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are given up within seconds: late enough for a client that a busy machine delays."""
    limit_connections(monkeypatch, seconds=4.0)


def limit_connections(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the server give up requests that pause for so long."""
    monkeypatch.setattr(connections, "_STALLED_SECONDS", seconds)
    monkeypatch.setattr(connections, "_HEADER_SECONDS", seconds * 1.25)
    monkeypatch.setattr(connections, "CLEANUP_SECONDS", min(1.0, seconds))


def health(port: int) -> bool:
    """Whether the stack answers a new client at once."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_localaws/health", timeout=10) as answer:
        return bool(answer.status == 200)


def health_request(port: int) -> bytes:
    return f"GET /_localaws/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def read_answer(client: socket.socket) -> int:
    """The status of an answer that has come to its end."""
    answer = http.client.HTTPResponse(client)
    answer.begin()
    answer.read()
    return answer.status


def until_closed(client: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    client.settimeout(30)
    received = b""
    with suppress(ConnectionError):  # of what was sent after the server had closed it
        while piece := client.recv(4096):
            received += piece
    return received


@pytest.mark.parametrize("half", HALVES)
def test_half_of_a_request_is_given_up(quick: None, port: int, half: str) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(HALVES[half])
        received = until_closed(client).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    if half == "nothing":
        assert received == b""
    else:
        assert received.split(b" ")[1] == b"408"
        assert b"The rest of the request did not come" in received


def test_headers_that_come_byte_by_byte_are_given_up(quick: None, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        began = time.monotonic()
        client.sendall(b"GET / HTTP/1.1\r\n")
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            while not selector.select(0.1):
                assert time.monotonic() - began < 30
                client.sendall(b"x")
        assert until_closed(client).startswith(b"HTTP/1.0 408")


def test_body_that_comes_slowly_is_served(patient: None, port: int) -> None:
    body = b"slow"
    length = f"Content-Length: {4 * len(body)}\r\nConnection: close\r\n"
    head = f"GET /_localaws/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{length}\r\n"
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(head.encode())
        for _ in range(4):  # together longer than any one pause may be
            time.sleep(1.5)
            client.sendall(body)
        assert until_closed(client).startswith(b"HTTP/1.1 200")


def test_connection_that_was_used_stays_open(patient: None, port: int) -> None:
    request = health_request(port)
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(10)
        for pause in (6.0, 0.0):
            client.sendall(request)
            assert read_answer(client) == 200
            time.sleep(pause)


@pytest.mark.parametrize("path", ["/_localaws/health", "/_localaws/nothing", "/bucket/unsigned"])
def test_head_has_no_body_and_the_connection_goes_on(port: int, path: str) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        client.sendall(health_request(port))
        received = b""
        while b'"running"' not in received:
            received += client.recv(65536)
    head, _, rest = received.partition(b"\r\n\r\n")
    assert int(head.split()[1]) in (403, 405), head
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.slow
def test_many_half_open_and_idle_connections_do_not_block_others(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as opened:
        clients = []
        for number in range(1_400):
            client = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(list(HALVES.values())[number % len(HALVES)])
            clients.append(client)
        assert health(port)
        limit_connections(monkeypatch, seconds=4.0)  # only now: opening so many takes seconds
        ended = count_closed(clients, seconds=60)
    assert ended == len(clients)


def count_closed(clients: list[socket.socket], seconds: float) -> int:
    """How many connections the server closes within a time."""
    closed = 0
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ)
        end = time.monotonic() + seconds
        while selector.get_map() and time.monotonic() < end:
            for key, _ in selector.select(1.0):
                received: Any = key.fileobj
                try:
                    piece = received.recv(65536)
                except ConnectionError:
                    piece = b""
                if not piece:
                    selector.unregister(received)
                    closed += 1
    return closed


def test_slow_clients_do_not_block_others(port: int) -> None:
    request = health_request(port)
    with ExitStack() as opened:
        clients = [opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(64)]
        for byte in request[:8]:
            for client in clients:
                client.sendall(bytes([byte]))
            assert health(port)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has at most a hundred connections."""
    monkeypatch.setattr(server_module, "connection_limit", lambda: 100)


def test_idle_connections_make_room_for_new_ones(few: None, port: int) -> None:
    request = health_request(port)
    with ExitStack() as opened:
        for _ in range(300):  # three times as many as there may be
            client = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            client.sendall(request)
            assert read_answer(client) == 200


def test_server_survives_the_end_of_its_file_descriptors(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from waitress.server import TcpWSGIServer

    accept, failures = TcpWSGIServer.accept, [errno.EMFILE, errno.ENFILE]

    def failing(self: Any) -> Any:
        if failures:
            raise OSError(failures.pop(), "Too many open files")
        return accept(self)

    monkeypatch.setattr(TcpWSGIServer, "accept", failing)
    assert health(port)
    assert not failures
