"""Processes of this machine, told apart by their number and start time: a number alone may be used again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Entry", "Process", "find", "is_listed", "send", "table"]

_PROC = Path("/proc")
# The fields of /proc/PID/stat after the command's name (proc_pid_stat(5)).
_STATE, _PARENT, _START = 0, 1, 19
_ENDED = ("Z", "X")


@dataclass(frozen=True)
class Process:
    """One process; `started` compares only with that of the same machine and boot."""

    pid: int
    started: str


@dataclass(frozen=True)
class Entry:
    """A process with its parent, its command line, and its HOME where the system shows it."""

    process: Process
    parent: int
    command: str
    home: str = ""


def find(pid: int) -> Process | None:
    """The process that has this number now; a zombie counts as ended."""
    if not _has_proc():
        return next((entry.process for entry in _listed(["-p", str(pid)])), None)
    fields = _stat(_PROC / str(pid))
    return Process(pid, fields[_START]) if fields else None


def is_listed(pid: int) -> bool:
    """Whether the number is in use, be it by a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def send(process: Process, number: signal.Signals) -> bool:
    """Send a signal to exactly this process; False where it has ended.  Raises PermissionError."""
    if find(process.pid) != process:
        return False
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return False
    return True


def table() -> list[Entry]:
    """Every process, with its HOME where this user may look at that."""
    return list(_scanned() if _has_proc() else _listed(["-ax"]))


def _has_proc() -> bool:
    return (_PROC / "self" / "stat").exists()


def _stat(folder: Path) -> list[str]:
    """The fields behind the name (which may hold spaces and brackets); empty for a process that has ended."""
    try:
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[_STATE] in _ENDED else fields


def _scanned() -> Iterator[Entry]:
    for folder in _PROC.iterdir():
        if not folder.name.isdigit() or not (fields := _stat(folder)):
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:  # it has ended
            continue
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it belongs to another user, or is the first process of a sandbox
            variables = []
        home = next((each[5:] for each in variables if each.startswith(b"HOME=")), b"")
        process = Process(int(folder.name), fields[_START])
        yield Entry(process, int(fields[_PARENT]), os.fsdecode(command), os.fsdecode(home))


def _listed(selection: list[str]) -> Iterator[Entry]:
    """What ps tells, for systems without /proc (macOS)."""
    command = ["ps", "-ww", *selection, "-o", "pid=,ppid=,state=,lstart=,command="]
    asked = subprocess.run(command, capture_output=True, text=True, errors="replace", env={**os.environ, "LC_ALL": "C"})
    for line in asked.stdout.splitlines():
        pid, parent, state, *started, rest = line.split(None, 8)
        if not state.startswith(_ENDED):
            yield Entry(Process(int(pid), " ".join(started)), int(parent), rest)
