"""What a demo that was killed left running, and one demo at a time in a folder."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlops.aws.errors import UserError

__all__ = ["MARK", "alone", "kill_marked", "temporary_folder"]

# In the environment of every process of a demo: the demo's folder.
MARK = "MLOPS_DEMO_FOLDER"
_PROC = Path("/proc")
_KILL_SECONDS = 20.0
# A demo that is asked to end lets Terraform come to an end first.
_END_SECONDS = 90.0
_POLL_SECONDS = 0.05


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Holds the folder for this demo; the kernel lets it go when the process ends.

    A demo whose `make` was killed can no longer be ended from a terminal: it is ended here.

    Raises:
        UserError: another demo runs.
    """
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        if not _locked(file.fileno()):
            file.seek(0)
            pid, parent = _named(file.read())
            # The process that has just taken the lock has not written its number yet.
            if pid is None or _lives(parent):
                who = f"pid {pid}" if pid else "just started"
                raise UserError(f"another demo runs in {folder} ({who}): wait for it, or end it with Ctrl-C")
            _end(pid, file.fileno())
        file.truncate(0)
        file.write(json.dumps([os.getpid(), os.getppid()]))
        file.flush()
        yield


def kill_marked(folder: Path) -> bool:
    """Kills every process that a demo of this folder started, and waits until all have ended; whether any was left."""
    deadline = time.monotonic() + _KILL_SECONDS
    found = left = _marked(folder)
    while left:
        if time.monotonic() > deadline:
            raise UserError(f"process {left[0]} of an earlier demo does not end: end it, and try again")
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)
        left = _marked(folder)
    return bool(found)


def temporary_folder(folder: Path) -> Path:
    """The demo's own temporary folder: a short name, because the sockets of Terraform's plugins lie in it.

    Raises:
        UserError: it is another user's.
    """
    name = f"mlops-demo-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    made = Path(tempfile.gettempdir(), name)
    made.mkdir(mode=0o700, exist_ok=True)
    if made.is_symlink() or made.stat().st_uid != os.getuid():
        raise UserError(f"{made} is another user's: remove it, or set TMPDIR to a folder of your own")
    return made


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _named(text: str) -> tuple[int | None, int]:
    """The demo that holds the lock, and its parent."""
    try:
        pid, parent = json.loads(text)
        return int(pid), int(parent)
    except (ValueError, TypeError):
        return None, 0


def _end(pid: int, descriptor: int) -> None:
    """Ends the demo that holds the lock, and takes the lock."""
    for number, seconds in ((signal.SIGTERM, _END_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            os.kill(pid, signal.SIGCONT)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _locked(descriptor):
                return
            time.sleep(_POLL_SECONDS)
    raise UserError(f"an earlier demo (pid {pid}) does not end: end it, and try again")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:  # no /proc here (macOS)
        return True


def _marked(folder: Path) -> list[int]:
    if (_PROC / "self" / "environ").exists():
        return [pid for pid in _pids() if f"{MARK}={folder}".encode() in _environment(pid) and pid != os.getpid()]
    listed = subprocess.run(["ps", "-E", "-axww", "-o", "pid=,command="], capture_output=True, text=True).stdout
    lines = [line.split(None, 1) for line in listed.splitlines() if f" {MARK}={folder} " in f"{line} "]
    return [int(pid) for pid, _ in lines if int(pid) != os.getpid()]


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # it has ended, or it belongs to another user
        return []
