"""The stack in the background: up, down, status and logs."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localaws.state import Home, RunningStack

__all__ = ["StackError", "down", "follow", "up"]

_START_SECONDS = 60.0
_END_SECONDS = 20.0
_POLL_SECONDS = 0.05
# The stacks that this very process started: it must bury them.
_children: dict[int, subprocess.Popen[bytes]] = {}


class StackError(Exception):
    """A command on the stack that cannot be done; the message says what to do."""


def up(home: Home, port: int, region: str, account_id: str) -> tuple[RunningStack, bool]:
    """Start the stack and wait until it is healthy; returns it, and whether it was started now.

    Raises `StackError` when it does not start, or runs already on another port than the one asked for.
    """
    home.create()
    with _locked(home):
        running = home.running()
        if running is not None:
            if port and not running.endpoint_url.endswith(f":{port}"):
                raise StackError(f"the stack already runs at {running.endpoint_url}: run `localaws down` first")
            return running, False
        return _start(home, port, region, account_id), True


def down(home: Home) -> bool:
    """End the stack and wait until it has gone; False where none was running."""
    if not home.path.is_dir():
        return False
    with _locked(home):
        running = home.running()
        if running is None:
            return False
        os.kill(running.pid, signal.SIGTERM)
        if not _wait_gone(running, _END_SECONDS):
            os.kill(running.pid, signal.SIGKILL)
            _wait_gone(running, _END_SECONDS)
            home.forget(running.pid)
        return True


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


def _start(home: Home, port: int, region: str, account_id: str) -> RunningStack:
    command = [sys.executable, "-m", "localaws", "serve", "--port", str(port), "--region", region]
    command += ["--account-id", account_id, "--log", str(home.log_file)]
    with home.log_file.open("w") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "LOCALAWS_HOME": str(home.path)},
        )
    _children[process.pid] = process
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        recorded = home.recorded()
        if recorded is not None and recorded.pid == process.pid and recorded.is_healthy():
            return recorded
        if process.poll() is not None:
            words = home.log_file.read_text(errors="replace").strip().splitlines()
            raise StackError(f"the stack did not start: {words[-1] if words else 'no output'} (log: {home.log_file})")
        time.sleep(_POLL_SECONDS)
    process.kill()
    process.wait()
    raise StackError(f"the stack was not healthy within {_START_SECONDS:.0f} s (log: {home.log_file})")


def _wait_gone(running: RunningStack, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _alive(running.pid):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _alive(pid: int) -> bool:
    """Whether the process runs (a zombie, which only its parent can bury, does not)."""
    if pid in _children:
        return _children[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        # No /proc here (macOS): what answers signal 0 counts as alive.
        return True


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    """One command at a time on a home."""
    with home.lock_file.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
