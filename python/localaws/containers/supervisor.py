"""Program: run one job's command in its sandbox, reap what it leaves behind, and never outlive the stack.

Started as ``python -I -S supervisor.py PLAN``. PLAN is a JSON file (written by `sandbox.prepare`)::

    {"argv": [...], "env": {...}, "cwd": "/path", "namespaces": true, "network": true,
     "ml": "<directory that becomes /opt/ml>", "tmp": "<directory that becomes /tmp>" | null,
     "staging": "<empty directory>", "keep": ["<path below /tmp that must stay visible>", ...],
     "mounts": [["<directory>", "<name below /opt/ml where it is shown, read-only>"], ...],
     "companion": [...] | null    (a second command, which lives in the same namespaces as long as the first)}

Standard input is a lifeline: its other end is held by the stack and nothing is ever sent through it. When it closes,
the stack is gone, and every process of the job is killed.

Exit code: the command's own, 128 + n when a signal n ended it, 126/127 when it cannot be run or found (as a shell and
Docker have it), 125 when the sandbox itself could not be set up.

Linux mount and process namespaces are entered through a user namespace, so that no privilege is needed:
https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

# Every job starts this program: pathlib would add to its start-up time.
# ruff: noqa: PTH101, PTH102, PTH103, PTH112, PTH113, PTH115, PTH120, PTH123, PTH211
from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
from typing import Any, NoReturn

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MS_RDONLY, MS_REMOUNT = 1, 32
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SETUP_FAILED, NOT_EXECUTABLE, NOT_FOUND = 125, 126, 127
LIFELINE = 0

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    arguments = (source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), None)
    _checked(libc.mount(*arguments), f"mount {source} on {target}")


def _bind(source: str, target: str) -> None:
    _mount(source, target, None, MS_BIND | MS_REC)


def _bind_read_only(source: str, target: str) -> None:
    os.makedirs(target, exist_ok=True)
    _bind(source, target)
    # Flags that the source's own mount has may not be dropped in a user namespace.
    kept = os.statvfs(source).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _mount("none", target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _unshare(network: bool) -> None:
    """Enter new user, mount and process namespaces; users and groups keep their numbers inside."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | (0 if network else CLONE_NEWNET)
    # A process without privileges may map only itself, and only after giving up setgroups; the same is enough for root
    # unless files of other users matter, so a helper outside the namespace is not worth its time.
    _checked(libc.unshare(flags), "unshare")
    with contextlib.suppress(FileNotFoundError):
        _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _loopback_up() -> None:
    """A job without network still has 127.0.0.1, as in a container."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0x1 | 0x40)  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS


def _show_ml(ml: str, staging: str) -> None:
    """Make directory `ml` appear at /opt/ml, with everything else in /opt as it was.

    /opt/ml need not exist, so /opt is rebuilt on a tmpfs out of bind mounts. An overlay would do the same, but not on
    top of every file system, nor for an ordinary user before Linux 5.11.
    """
    if os.path.isdir("/opt/ml"):
        _bind(ml, "/opt/ml")
        return
    _mount("tmpfs", staging, "tmpfs", MS_NOSUID | MS_NODEV)
    os.chmod(staging, 0o755)
    for entry in os.scandir("/opt"):
        shown = f"{staging}/{entry.name}"
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), shown)
        elif entry.is_dir():
            os.mkdir(shown)
            _bind(entry.path, shown)
        else:
            os.close(os.open(shown, os.O_CREAT, 0o644))
            _bind(entry.path, shown)
    os.mkdir(f"{staging}/ml")
    _bind(ml, f"{staging}/ml")
    _bind(staging, "/opt")


def _show_tmp(tmp: str, keep: list[str]) -> None:
    """Make directory `tmp` appear at /tmp, with the paths of `keep` (interpreter, packages) still visible below it."""
    for path in keep:
        shown = f"{tmp}/{os.path.relpath(path, '/tmp')}"
        if os.path.isdir(path):
            os.makedirs(shown, exist_ok=True)
        elif os.path.isfile(path):
            os.makedirs(os.path.dirname(shown), exist_ok=True)
            os.close(os.open(shown, os.O_CREAT, 0o644))
        else:
            continue
        _bind(path, shown)
    _bind(tmp, "/tmp")


def _mount_all(plan: dict[str, Any]) -> None:
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    for source, name in plan["mounts"]:
        _bind_read_only(source, f"{plan['ml']}/{name}")
    _show_ml(plan["ml"], plan["staging"])
    if plan["tmp"]:
        _show_tmp(plan["tmp"], plan["keep"])
    # /proc of the job's own processes; a host that masks parts of its /proc refuses, and the host's then stays.
    with contextlib.suppress(OSError):
        _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def _start(plan: dict[str, Any]) -> int:
    """Fork the job's command as the leader of a session of its own; its process id."""
    child = os.fork()
    if child:
        return child
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    argv: list[str] = plan["argv"]
    try:
        os.chdir(plan["cwd"])
        os.environ["PATH"] = plan["env"].get("PATH", os.defpath)
        os.execvpe(argv[0], argv, plan["env"])
    except FileNotFoundError:
        _die(NOT_FOUND, f"exec: {argv[0]!r}: executable file not found in $PATH")
    except OSError as error:
        _die(NOT_EXECUTABLE, f"exec: {argv[0]!r}: {error.strerror}")


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


def main(plan_path: str) -> int:
    with open(plan_path) as file:
        plan: dict[str, Any] = json.load(file)
    wakeup = _catch_signals()
    if not plan["namespaces"]:
        if sys.platform == "linux":
            libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        child = _start(plan)
        code = _watch(child, wakeup)
        _kill_rest(child)
        return code
    try:
        _unshare(plan["network"])
        init = os.fork()
        if init:
            return _watch(init, wakeup)
        wakeup = _catch_signals()
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _mount_all(plan)
        if not plan["network"]:
            _loopback_up()
    except OSError as error:
        _die(SETUP_FAILED, f"sandbox: {error.strerror or error}")
    if plan["companion"]:
        _start({**plan, "argv": plan["companion"]})
    # This is process 1 of its namespace: when it ends, the kernel kills every other process in it.
    os._exit(_watch(_start(plan), wakeup))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
