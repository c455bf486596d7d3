"""The lock that a stack holds on its home for as long as its process lives: the kernel releases it, whatever happens.

The file also names the process that holds it.  It is never removed or replaced, because a lock belongs to the file that
was opened and not to its name.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict
from pathlib import Path

from localaws.runtime import processes
from localaws.runtime.processes import Process

__all__ = ["LockError", "StackLock", "holder"]

_POLL_SECONDS = 0.02
# Others look at the lock for an instant, and `down` holds it while it removes files.
_PATIENCE_SECONDS = 3.0


class LockError(Exception):
    """The lock is held, by the process of the message."""


class StackLock:
    """The lock, once it is held.  Raises LockError where a stack holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a+")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _try(self._file.fileno(), fcntl.LOCK_EX):
            process = _named(path)
            if process is not None or time.monotonic() > deadline:
                self._file.close()
                raise LockError(f"pid {process.pid}" if process else "a process that cannot be seen from here")
            time.sleep(_POLL_SECONDS)

    def name(self, process: Process) -> None:
        """Write down whose the lock is."""
        self._file.truncate(0)
        self._file.write(json.dumps(asdict(process)))
        self._file.flush()

    def in_place(self) -> bool:
        """Whether the file is still where others look for it: its folder may have been removed."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give the lock back before this process ends; the file names no process then."""
        self._file.truncate(0)
        self._file.close()


def holder(path: Path) -> Process | None:
    """The stack's process that holds the lock; None where none does.

    Raises LockError where it is held and its process cannot be seen from here.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _held(path):
        if process := _named(path):
            return process
        if time.monotonic() > deadline:
            raise LockError("a process that cannot be seen from here (another machine, container or user)")
        time.sleep(_POLL_SECONDS)
    return None


def _held(path: Path) -> bool:
    try:
        with path.open() as file:
            # Shared: two that look at the same time do not see each other.
            return not _try(file.fileno(), fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _named(path: Path) -> Process | None:
    """The process that the file names, where it runs."""
    try:
        named = Process(**json.loads(path.read_text()))
        return named if isinstance(named.pid, int) and processes.find(named.pid) == named else None
    except (OSError, ValueError, TypeError):
        return None
