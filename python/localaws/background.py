"""The stack in the background: up, down, and its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from localaws.runtime import processes
from localaws.runtime.processes import Process
from localaws.state import Home, RunningStack

__all__ = ["StackError", "down", "follow", "up"]

_START_SECONDS = 60.0
# A stack that ends gives its jobs ten seconds.
_GRACE_SECONDS = 14.0
_KILL_SECONDS = 10.0
# For init to take the ended process out of the table, where scripts look with `kill -0`.
_REAP_SECONDS = 3.0
_POLL_SECONDS = 0.05
# The stacks that this very process started: it has to wait for them.
_children: dict[int, subprocess.Popen[bytes]] = {}


class StackError(Exception):
    """A command on the stack that cannot be done; the message says what to do."""


def up(home: Home, port: int, region: str, account_id: str) -> tuple[RunningStack, bool]:
    """Start the stack and wait until it is healthy; returns it, and whether it was started now.

    Raises `StackError` when it does not start, runs already on another port than the one asked for, or does not answer.
    """
    home.create()
    with home.one_command():
        running = _settled(home)
        if running is not None:
            if port and not running.endpoint_url.endswith(f":{port}"):
                raise StackError(f"the stack already runs at {running.endpoint_url}: run `localaws down` first")
            return running, False
        return _start(home, port, region, account_id), True


def down(home: Home, grace_seconds: float = _GRACE_SECONDS) -> bool:
    """End the stack and every process of its jobs, then remove its files; False where no stack was running.

    A stack that does not end within `grace_seconds` is killed.
    """
    if not home.stack_lock_file.exists():
        return False
    with home.one_command():
        process = home.process()
        if process is not None:
            _end(home, process, grace_seconds)
        # Nothing starts here while its files are removed.
        lock = home.lock()
        try:
            home.clear()
        finally:
            lock.release()
        return process is not None


def follow(log: Path, forever: bool) -> Iterator[str]:
    """The log's text, and what is added to it for as long as `forever` says."""
    with log.open(errors="replace") as file:
        while True:
            text = file.read()
            if text:
                yield text
            elif not forever:
                return
            else:
                time.sleep(0.2)


def _settled(home: Home) -> RunningStack | None:
    """The stack that runs, once it answers where it is still starting; None where none runs or it has ended.

    Raises `StackError` where it runs and does not answer.
    """
    deadline = time.monotonic() + _START_SECONDS
    while (process := home.process()) is not None:
        recorded = home.recorded(process)
        if recorded is not None and recorded.is_healthy():
            return recorded
        if recorded is not None or time.monotonic() > deadline:
            raise StackError(
                f"the stack of {home.path} runs (pid {process.pid}) but does not answer: it is busy or frozen. "
                "Try again, or end it and lose its state with `localaws down`"
            )
        time.sleep(_POLL_SECONDS)
    return None


def _start(home: Home, port: int, region: str, account_id: str) -> RunningStack:
    command = [sys.executable, "-m", "localaws", "serve", "--port", str(port), "--region", region]
    command += ["--account-id", account_id, "--log", str(home.log_file)]
    with home.log_file.open("w") as log:
        # The stack itself could not say that the disk is full.
        print(f"localaws starts {region} of account {account_id}", file=log, flush=True)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "LOCALAWS_HOME": str(home.path)},
        )
    _children[process.pid] = process
    healthy = False
    try:
        running = _healthy(home, process)
        healthy = True
    finally:
        if not healthy:
            process.kill()
            process.wait()
    return running


def _healthy(home: Home, process: subprocess.Popen[bytes]) -> RunningStack:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        holder = home.process()
        if holder is not None and holder.pid == process.pid:
            recorded = home.recorded(holder)
            if recorded is not None and recorded.is_healthy():
                return recorded
        if process.poll() is not None:
            _, *words = home.log_file.read_text(errors="replace").strip().splitlines()
            raise StackError(f"the stack did not start: {words[-1] if words else 'no output'} (log: {home.log_file})")
        time.sleep(_POLL_SECONDS)
    raise StackError(f"the stack was not healthy within {_START_SECONDS:.0f} s (log: {home.log_file})")


def _end(home: Home, process: Process, grace_seconds: float) -> None:
    """Return when the process has ended: asked to, else killed."""
    try:
        processes.send(process, signal.SIGTERM)
        # One that was stopped (Ctrl-Z, a debugger) handles the other signal only when it goes on.
        processes.send(process, signal.SIGCONT)
        if not _has_ended(process, grace_seconds):
            processes.send(process, signal.SIGKILL)
    except PermissionError as error:
        raise StackError(f"the stack (pid {process.pid}) is another user's: end it as that user") from error
    if not _has_ended(process, _KILL_SECONDS):
        raise StackError(
            f"the stack (pid {process.pid}) does not end, even by SIGKILL: its files in {home.path} are left alone"
        )
    if process.pid in _children:
        with suppress(subprocess.TimeoutExpired):
            _children.pop(process.pid).wait(_KILL_SECONDS)
    deadline = time.monotonic() + _REAP_SECONDS
    while processes.is_listed(process.pid) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _has_ended(process: Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while processes.find(process.pid) == process:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
