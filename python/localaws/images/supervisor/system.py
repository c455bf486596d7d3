"""Linux system calls that Python does not have: mounts, namespaces, capabilities."""

# Every job starts this program: pathlib would add to its start-up time.
# ruff: noqa: PTH123
from __future__ import annotations

import ctypes
import errno
import os

__all__ = ["bind", "drop_privileges", "mount", "prctl", "set_read_only", "set_writable", "unshare"]

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x10000000, 0x20000000
CLONE_NEWNET, CLONE_NEWIPC = 0x40000000, 0x8000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4
# What root of a container does to its own files, processes and ports: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL,
# SETGID, SETUID, NET_BIND_SERVICE. Nothing that changes mounts or looks into other processes.
KEPT_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 10)
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1  # the same number on every architecture
# Flags that a mount has may not be dropped in a user namespace, so a change names them again.
_KEPT_FLAGS = {
    "nosuid": MS_NOSUID,
    "nodev": MS_NODEV,
    "noexec": MS_NOEXEC,
    "noatime": 1024,
    "nodiratime": 2048,
    "relatime": 1 << 21,
}

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option: int, value: int = 0) -> int:
    """prctl(2) with one argument; its result, negative where it fails."""
    return int(libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def unshare(*, network: bool) -> None:
    """Enter new user, mount, process and IPC namespaces; users and groups keep their numbers inside."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | (0 if network else CLONE_NEWNET)
    # A process without privileges may map only itself, and only after giving up setgroups; the same is enough for root
    # unless files of other users matter, so a helper outside the namespace is not worth its time.
    _checked(libc.unshare(flags), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount(kind: str, target: str, data: str = "", flags: int = MS_NOSUID | MS_NODEV) -> None:
    """Mount a new file system."""
    arguments = (kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode() or None)
    _checked(libc.mount(*arguments), f"mount {kind} on {target}")


def make_private() -> None:
    """Keep the mounts of this namespace from reaching another."""
    _checked(libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None), "make / private")


def bind(source: str, target: str) -> None:
    """Show `source`, with what is mounted below it, at `target`, which exists."""
    arguments = (source.encode(), target.encode(), None, ctypes.c_ulong(MS_BIND | MS_REC), None)
    _checked(libc.mount(*arguments), f"mount {source} on {target}")


def set_read_only(path: str) -> None:
    """Make the mount at `path` and all below it read-only."""
    if not _set_attribute(path, AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0):
        for point, options in _mounts_below(path):
            try:
                _remount(point, options, MS_RDONLY)
            except OSError:
                if os.path.lexists(point):  # else another mount hides it
                    raise


def set_writable(path: str) -> None:
    """Make the mount at `path`, and none below it, writable again."""
    if not _set_attribute(path, 0, 0, MOUNT_ATTR_RDONLY):
        _remount(path, dict(_mounts_below(path))[path], 0)


def _set_attribute(path: str, flags: int, to_set: int, to_clear: int) -> bool:
    """mount_setattr(2); False where the kernel (before Linux 5.12) does not have it."""
    attributes = (ctypes.c_uint64 * 4)(to_set, to_clear, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    result = libc.syscall(ctypes.c_long(MOUNT_SETATTR), AT_FDCWD, path.encode(), flags, attributes, size)
    if result != 0 and ctypes.get_errno() == errno.ENOSYS:
        return False
    _checked(result, f"change the mount {path}")
    return True


def _mounts_below(path: str) -> list[tuple[str, str]]:
    """(mount point, options) of the mounts at and below `path`; https://man7.org/linux/man-pages/man5/proc.5.html"""
    found = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as listing:
        for line in listing:
            words = line.split()
            point = words[4].encode("latin-1", "surrogateescape").decode("unicode_escape")
            if point == path or point.startswith(f"{path.rstrip('/')}/"):
                found.append((point, words[5]))
    return found


def _remount(point: str, options: str, flags: int) -> None:
    for name in options.split(","):
        flags |= _KEPT_FLAGS.get(name, 0)
    arguments = (None, point.encode(), None, ctypes.c_ulong(MS_REMOUNT | MS_BIND | flags), None)
    _checked(libc.mount(*arguments), f"remount {point}")


def drop_privileges() -> None:
    """Give up, for good, what would let the job change its mounts, even as root of its user namespace."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(64):
        if number not in KEPT_CAPABILITIES and prctl(PR_CAPBSET_DROP, number) != 0:
            break  # the kernel knows no higher one
    mask = sum(1 << number for number in KEPT_CAPABILITIES)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)  # effective, permitted, inheritable; twice 32 bits
    _checked(libc.capset(header, sets), "capset")
    _checked(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")
