"""Program: run one job's command in its sandbox, reap what it leaves behind, and never outlive the stack.

Started as ``python -I -S images supervisor PLAN``. PLAN is a JSON file (written by `sandbox.prepare`)::

    {"argv": [...], "env": {...}, "cwd": "/path", "namespaces": true, "network": true,
     "descriptors": [<number of an inherited descriptor that the command gets>, ...],
     "companion": [...] | null    (a second command, which lives in the same namespaces as long as the first)
     "companion_descriptors": [...],
     and for `view.build`, each a path of this machine:
     "ml": "<becomes /opt/ml>", "tmp": "<becomes /tmp>",
     "own": ["<folder that the job may write to under its own path>", ...],
     "shown": ["<path that must stay visible wherever it lies>", ...],
     "hidden": ["<folder that the job must not see>", ...], "homes": ["<home folder of the user>", ...],
     "mounts": [["<folder>", "<name below /opt/ml where it is shown, read-only>"], ...]}

Standard input is a lifeline: its other end is held by the stack and nothing is ever sent through it. When it closes,
the stack is gone, and every process of the job is killed.

Exit code: the command's own, 128 + n when a signal n ended it, 126/127 when it cannot be run or found (as a shell and
Docker have it), 125 when the sandbox itself could not be set up.

Linux mount and process namespaces are entered through a user namespace, so that no privilege is needed:
https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

# Every job starts this program: pathlib would add to its start-up time.
# ruff: noqa: PTH123
from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
from typing import Any, NoReturn

from . import system, view

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
SETUP_FAILED, NOT_EXECUTABLE, NOT_FOUND = 125, 126, 127
LIFELINE = 0


def _loopback_up() -> None:
    """A job without network still has 127.0.0.1, as in a container."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0x1 | 0x40)  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS


def _start(plan: dict[str, Any], argv: list[str], kept: list[int]) -> int:
    """Fork the job's command as the leader of a session of its own; its process id."""
    child = os.fork()
    if child:
        return child
    for descriptor in {*plan["descriptors"], *plan["companion_descriptors"]} - {*kept}:
        os.close(descriptor)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        os.chdir(plan["cwd"])
        os.environ["PATH"] = plan["env"].get("PATH", os.defpath)
        os.execvpe(argv[0], argv, plan["env"])
    except FileNotFoundError:
        _die(NOT_FOUND, f"exec: {argv[0]!r}: executable file not found in $PATH")
    except OSError as error:
        _die(NOT_EXECUTABLE, f"exec: {argv[0]!r}: {error.strerror}")
    except ValueError as error:  # a null byte in a word or a variable
        _die(NOT_EXECUTABLE, f"exec: {argv[0]!r}: {error}")


def _die(code: int, message: str) -> NoReturn:
    os.write(2, f"{message}\n".encode())
    os._exit(code)


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _watch(child: int, wakeup: int) -> int:
    """Wait for `child` and hand SIGTERM on to it; its exit code, or 137 when the lifeline closed."""
    while True:
        readable, _, _ = select.select([wakeup, LIFELINE], [], [])
        if LIFELINE in readable and not os.read(LIFELINE, 1):
            return 128 + signal.SIGKILL
        if wakeup not in readable:
            continue
        received = os.read(wakeup, 256)
        if signal.SIGTERM in received:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        if signal.SIGCHLD in received:
            with contextlib.suppress(ChildProcessError):
                while True:
                    process, status = os.waitpid(-1, os.WNOHANG)
                    if process == child:
                        return _exit_code(status)
                    if process == 0:
                        break


def _kill_rest(child: int) -> None:
    """Without a process namespace: kill the job's group and whatever of it was adopted by this process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    listing = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
    with contextlib.suppress(ChildProcessError, FileNotFoundError):
        while True:
            with open(listing) as children:
                for process in children.read().split():
                    os.kill(int(process), signal.SIGKILL)
            os.wait()


def _catch_signals() -> int:
    """Turn SIGTERM and SIGCHLD into bytes on a pipe; its reading end."""
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the stack's business: it stops its jobs itself
    return reading


def main() -> int:
    """Run the plan; the exit code."""
    with open(sys.argv[2], encoding="utf-8") as file:
        plan: dict[str, Any] = json.load(file)
    wakeup = _catch_signals()
    if not plan["namespaces"]:
        if sys.platform == "linux":
            system.prctl(PR_SET_CHILD_SUBREAPER, 1)
        child = _start(plan, plan["argv"], plan["descriptors"])
        code = _watch(child, wakeup)
        _kill_rest(child)
        return code
    try:
        system.unshare(network=plan["network"])
        init = os.fork()
        if init:
            return _watch(init, wakeup)
        wakeup = _catch_signals()
        system.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        view.build(plan)
        if not plan["network"]:
            _loopback_up()
        system.drop_privileges()
        system.prctl(PR_SET_DUMPABLE, 0)  # the job may not look into this process, nor stop it
    except OSError as error:
        _die(SETUP_FAILED, f"sandbox: {error.strerror or error}")
    if plan["companion"]:
        _start(plan, plan["companion"], plan["companion_descriptors"])
    # This is process 1 of its namespace: when it ends, the kernel kills every other process in it.
    os._exit(_watch(_start(plan, plan["argv"], plan["descriptors"]), wakeup))
