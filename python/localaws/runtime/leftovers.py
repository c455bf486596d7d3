"""The processes of a stack's jobs and models that outlived it."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path

from localaws.runtime import processes
from localaws.runtime.processes import Entry, Process
from localaws.runtime.sandbox import SUPERVISOR

__all__ = ["kill"]

# Without the path of this package: the stack may have been started from another installation.
_SUPERVISES = SUPERVISOR.rpartition("/")[2]
_SECONDS = 20.0
_POLL_SECONDS = 0.02


def kill(work_dir: Path) -> None:
    """Kill every process that works in `work_dir`, and return when all have ended.

    A supervisor ends its job by itself when the stack has gone, unless it is stopped or was killed.  Raises
    TimeoutError where a process does not end.
    """
    deadline = time.monotonic() + _SECONDS
    while found := _of(work_dir):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {min(process.pid for process in found)} of a job does not end")
        for process in found:
            with contextlib.suppress(PermissionError):  # of a set-user-id program: its namespace ends it
                processes.send(process, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)


def _of(work_dir: Path) -> list[Process]:
    """The supervisors of the folder, what runs with a home in it, and all that these started."""
    listed = processes.table()
    found = {entry.process.pid: entry.process for entry in listed if _belongs(entry, f"{work_dir}/")}
    while more := [each.process for each in listed if each.parent in found and each.process.pid not in found]:
        found.update({process.pid: process for process in more})
    return list(found.values())


def _belongs(entry: Entry, folder: str) -> bool:
    supervises = f"{_SUPERVISES} {folder}" in entry.command
    return supervises or entry.home.startswith(folder)
