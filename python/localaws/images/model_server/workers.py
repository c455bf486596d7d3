"""Worker processes that serve one listening socket, and the master that keeps them alive."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from .http import Handler, serve_connection

__all__ = ["BOOT_FAILED", "DRAIN_SECONDS", "Connections", "catch_signals", "log", "serve"]

BOOT_FAILED = 3
DRAIN_SECONDS = 120.0
_LONGEST_REASON = 2048  # less than a pipe holds and writes at once
_QUICK_SECONDS, _MOST_QUICK_ENDS, _PAUSE_SECONDS = 1.0, 5, 1.0


def log(line: str) -> None:
    """One line to the container's log, whole even when several processes write."""
    os.write(2, f"[{time.strftime('%Y-%m-%d %H:%M:%S +0000', time.gmtime())}] [{os.getpid()}] {line}\n".encode())


def serve(listener: socket.socket, make_handler: Callable[[], Handler], workers: int) -> int:
    """Run `workers` processes until SIGTERM; the exit code.

    Each worker calls `make_handler` (which loads the model) and serves. A worker that ends is replaced, whatever its
    exit code; one whose `make_handler` fails ends the server with BOOT_FAILED.
    """
    wakeup = catch_signals()
    reasons, reason = os.pipe()
    os.set_blocking(reasons, False)
    running: dict[int, float] = {}
    quick = 0
    while True:
        while len(running) < workers:
            running[_fork(listener, make_handler, reason)] = time.monotonic()
        select.select([wakeup], [], [])
        received = os.read(wakeup, 256)
        if signal.SIGTERM in received:
            return _end(list(running))
        while (ended := _reap()) is not None:
            process, code = ended
            began = running.pop(process, None)
            if began is None:
                continue
            # A user's code may end with any code at any time: only a reason tells that the model was not loaded.
            if code == BOOT_FAILED and (words := _said(reasons)):
                _end(list(running))
                # The last line of the log: it becomes the reason that is given for the failure.
                log(f"[ERROR] Worker failed to boot: {words}")
                return BOOT_FAILED
            said = f"was sent {signal.Signals(-code).name}!" if code < 0 else f"exited with code {code}."
            log(f"[ERROR] Worker (pid:{process}) {said}")
            quick = quick + 1 if time.monotonic() - began < _QUICK_SECONDS else 0
            if quick >= _MOST_QUICK_ENDS:
                time.sleep(_PAUSE_SECONDS)  # it dies as soon as it lives: do not keep a core busy with that


def catch_signals() -> int:
    """Turn SIGTERM and SIGCHLD into bytes on a pipe; its reading end."""
    wakeup, writing = os.pipe()
    for end in (wakeup, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return wakeup


def _reap() -> tuple[int, int] | None:
    try:
        process, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (process, os.waitstatus_to_exitcode(status)) if process else None


def _said(reasons: int) -> str:
    """What a worker has written to the pipe before it ended; empty where none has."""
    try:
        return os.read(reasons, _LONGEST_REASON).decode("utf-8", "replace")
    except BlockingIOError:
        return ""


def _end(processes: list[int]) -> int:
    """Pass SIGTERM on and wait for the workers to finish what they do."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
    for process in processes:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process, 0)
    return 0


def _fork(listener: socket.socket, make_handler: Callable[[], Handler], reason: int) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        _work(listener, make_handler, reason)
    return child


def _work(listener: socket.socket, make_handler: Callable[[], Handler], reason: int) -> NoReturn:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    try:
        handler = make_handler()
    except BaseException as error:  # noqa: BLE001 - a user's code may raise anything; it ends this process
        traceback.print_exc()
        words = " ".join(f"{type(error).__name__}: {error}".split())
        os.write(reason, words.encode("utf-8", "replace")[:_LONGEST_REASON])
        _exit(BOOT_FAILED)
    log("[INFO] Booting worker: the model is loaded")
    serve_forever(listener, handler)
    _exit(0)


def _exit(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def serve_forever(listener: socket.socket, handler: Handler) -> None:
    """Serve connections, each in a thread, until SIGTERM; then finish the requests under way and return."""
    served = Connections(handler)
    reading, writing = socket.socketpair()

    def end(*_: object) -> None:
        writing.close()

    signal.signal(signal.SIGTERM, end)
    listener.setblocking(False)
    while True:
        readable, _, _ = select.select([listener, reading], [], [])
        if reading in readable:
            break
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):  # another worker was faster
            connection, _ = listener.accept()
            served.add(connection)
    served.drain(DRAIN_SECONDS)


class Connections:
    """The connections of a process, each served by a thread, and how many requests it works on."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._lock = threading.Condition()
        self._busy = 0
        self.draining = False

    def add(self, connection: socket.socket) -> None:
        """Serve a connection in a thread of its own."""
        connection.setblocking(True)
        if connection.family == socket.AF_INET:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve_connection, args=(connection, self._handler, self), daemon=True).start()

    def drain(self, seconds: float) -> None:
        """Take no more requests, and wait for those under way."""
        with self._lock:
            self.draining = True
            self._lock.wait_for(lambda: self._busy == 0, seconds)

    def enter(self) -> bool:
        """A request has come; whether it is to be answered."""
        with self._lock:
            if self.draining:
                return False
            self._busy += 1
            return True

    def leave(self) -> None:
        """Its answer is sent."""
        with self._lock:
            self._busy -= 1
            self._lock.notify_all()
