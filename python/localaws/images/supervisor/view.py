"""What a job sees of this machine's files: its own folders to write to, and the rest read-only or not at all.

Folders are shown by descriptors that were opened before anything was mounted, so that the order of mounts does not
matter for them: `/proc/self/fd/N` is the folder itself, whatever hides its path by then.
"""

# Every job starts this program: pathlib would add to its start-up time.
# ruff: noqa: PTH102, PTH103, PTH110, PTH112, PTH114, PTH115, PTH119, PTH120, PTH208, PTH211
from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from . import system

__all__ = ["build"]

ML = "/opt/ml"
_TEMPORARY = ("/tmp", "/var/tmp")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "dri", "kfd")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "ptmx": "pts/ptmx"}
# Writable by root, whatever namespace it is in, or telling of other processes than the job's.
_PROC_READ_ONLY = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi")
_PROC_PUBLIC = ("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "uptime", "version")


def build(plan: dict[str, Any]) -> None:
    """Mount it all, in namespaces of the job's own; raises OSError. The plan is that of `main`."""
    system.make_private()
    own, shown, mounts = plan["own"], plan["shown"], dict(plan["mounts"])
    sources = _opened([plan["ml"], plan["tmp"], *own, *shown, *mounts])
    steps: list[tuple[str, Callable[[str], None]]] = [
        *((path, lambda path: _show(sources, path)) for path in shown),
        ("/dev", _make_devices),
        ("/opt", lambda path: _make_room(path, "ml")),
        *((path, _hide) for path in ("/run", "/var/run")),
        *((path, lambda path: _bind(sources, plan["tmp"], path)) for path in _TEMPORARY if _is_folder(path)),
        *((path, _hide_dotted) for path in plan["homes"]),
        *((path, _hide) for path in plan["hidden"]),
        *((path, lambda path: _show_own(sources, path)) for path in own),
    ]
    # A folder comes before what lies in it: what is hidden in a folder that is shown stays hidden, and the reverse. Of
    # one path, what hides comes last.
    for path, step in sorted(steps, key=lambda step: step[0].count("/")):
        step(path)
    _bind(sources, plan["ml"], ML)
    for source, name in mounts.items():
        os.makedirs(f"{ML}/{name}", exist_ok=True)
        _bind(sources, source, f"{ML}/{name}")
    system.set_read_only("/")
    for path in (ML, "/dev/shm", *_TEMPORARY, *own):
        if _is_folder(path):
            system.set_writable(path)
    _make_proc()
    for descriptor in sources.values():
        os.close(descriptor)
    os.chdir("/")  # where it was may be hidden by now, but a current folder stays open


def _opened(paths: Iterable[str]) -> dict[str, int]:
    """Descriptors of those that exist."""
    found = {}
    for path in paths:
        with suppress(OSError):
            found[path] = os.open(path, os.O_PATH)
    return found


def _bind(sources: dict[str, int], source: str, target: str) -> None:
    system.bind(f"/proc/self/fd/{sources[source]}", target)


def _show(sources: dict[str, int], path: str) -> None:
    """Show a folder or file under its own path, where it is hidden."""
    if path in sources and not os.path.lexists(path):
        _show_own(sources, path)


def _show_own(sources: dict[str, int], path: str) -> None:
    """Show a folder or file under its own path, as a mount of its own."""
    if os.path.isdir(f"/proc/self/fd/{sources[path]}"):
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT, 0o644))
    _bind(sources, path, path)


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _hide(path: str) -> None:
    if _is_folder(path):
        system.mount("tmpfs", path, "mode=755")


def _hide_dotted(path: str) -> None:
    """Hide what a user's programs keep in the home folder: keys, tokens, histories, configurations, caches."""
    if _is_folder(path):
        _rebuild(path, lambda name: not name.startswith("."))


def _make_room(path: str, name: str) -> None:
    """Have a folder `name` in `path`, which may not be written to, with everything else in it as it was.

    An overlay would do the same, but not on top of every file system, nor for an ordinary user before Linux 5.11.
    """
    if not os.path.isdir(f"{path}/{name}"):
        _rebuild(path, lambda _: True)
        os.mkdir(f"{path}/{name}")


def _rebuild(path: str, wanted: Callable[[str], bool]) -> None:
    """Put a new folder in the place of `path` and show the wanted entries in it, none that comes later."""
    old = os.open(path, os.O_PATH)
    _hide(path)
    for entry in os.scandir(f"/proc/self/fd/{old}"):
        shown = f"{path}/{entry.name}"
        if not wanted(entry.name):
            continue
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), shown)
        elif entry.is_dir() or entry.is_file():
            if entry.is_dir():
                os.mkdir(shown)
            else:
                os.close(os.open(shown, os.O_CREAT, 0o644))
            with suppress(PermissionError):  # what this user may not see stays empty
                system.bind(entry.path, shown)
    os.close(old)


def _make_devices(path: str) -> None:
    """The devices of a container, with shared memory and terminals of the job's own; and graphics cards."""
    old = os.open(path, os.O_PATH)
    _hide(path)
    names = [name for name in os.listdir(f"/proc/self/fd/{old}") if name in _DEVICES or name.startswith("nvidia")]
    for name in names:
        source, shown = f"/proc/self/fd/{old}/{name}", f"{path}/{name}"
        if os.path.isdir(source):
            os.mkdir(shown)
        else:
            os.close(os.open(shown, os.O_CREAT, 0o644))
        system.bind(source, shown)
    os.close(old)
    for name, target in _DEVICE_LINKS.items():
        os.symlink(target, f"{path}/{name}")
    os.mkdir(f"{path}/shm")
    system.mount("tmpfs", f"{path}/shm", "mode=1777")
    os.mkdir(f"{path}/pts")
    with suppress(OSError):  # a job without terminals is better than none
        system.mount("devpts", f"{path}/pts", "newinstance,ptmxmode=0666,mode=620", system.MS_NOSUID | system.MS_NOEXEC)


def _make_proc() -> None:
    """/proc of the job's own processes; where the kernel refuses that, no more than facts of the machine."""
    try:
        system.mount("proc", "/proc", flags=system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC)
    except OSError:  # a host that masks parts of its own /proc
        public = _opened(f"/proc/{name}" for name in _PROC_PUBLIC)
        _hide_proc(public)
    else:
        for name in _PROC_READ_ONLY:
            if os.path.exists(f"/proc/{name}"):
                system.bind(f"/proc/{name}", f"/proc/{name}")
                system.set_read_only(f"/proc/{name}")


def _hide_proc(public: dict[str, int]) -> None:
    links = {path: f"/proc/self/fd/{descriptor}" for path, descriptor in public.items()}
    staging = "/dev/shm"  # a file system of the job's own: it moves to /proc when it is complete
    for path, link in links.items():
        shown = f"{staging}/{os.path.basename(path)}"
        os.close(os.open(shown, os.O_CREAT, 0o644))
        system.bind(link, shown)
    system.bind(staging, "/proc")
    system.set_read_only("/proc")
    system.mount("tmpfs", staging, "mode=1777")
    for descriptor in public.values():
        os.close(descriptor)
