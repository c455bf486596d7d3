"""What of this machine a job must see for its program to run, and what it must not."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from localaws.runtime.images import PROGRAMS
from localaws.runtime.virtual_environment import import_paths

__all__ = ["hidden_folders", "hide", "named_paths", "runtime_paths", "user_homes"]

# The agent beside a model server lies here.
SERVING = Path(__file__).with_name("serving")
_hidden: set[str] = set()


def hide(*folders: Path) -> None:
    """Keep folders of the stack (its keys, its other jobs) from all jobs that this process starts."""
    _hidden.update(os.path.realpath(folder) for folder in folders)


def hidden_folders() -> list[str]:
    """What `hide` was told."""
    return sorted(_hidden)


def user_homes() -> list[str]:
    """The home folder of the user, by the environment and by the system's list of users."""
    named = {os.environ.get("HOME", "")}
    with suppress(KeyError):  # a user without an entry, as in containers
        named.add(pwd.getpwuid(os.getuid()).pw_dir)
    return sorted({os.path.realpath(home) for home in named if home.startswith("/")} - {"/"})


def runtime_paths(python: str) -> list[str]:
    """What an interpreter reads: its environment, its base installation, this package's programs; and name servers."""
    found = [str(PROGRAMS), str(SERVING)]
    if python == sys.executable:
        found += [sys.prefix, sys.base_prefix, *(path for path in sys.path if path)]
    else:
        found += import_paths(python)
    program = Path(python)
    while True:  # an interpreter of an environment is a link to that of another, or to the base installation's
        found += _prefix(program)
        if not program.is_symlink():
            break
        program = Path(os.path.normpath(program.parent / program.readlink()))
    found += _prefix(Path(os.path.realpath(python)))
    for name in ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"):  # what jobs inherit of the environment
        found += os.environ.get(name, "").split(os.pathsep)
    servers = os.path.realpath("/etc/resolv.conf")
    if servers.startswith("/run/"):
        found.append(servers if servers.count("/") == 2 else str(Path(servers).parent))
    return [path for path in dict.fromkeys(found) if path.startswith("/")]


def _prefix(program: Path) -> list[str]:
    """The parts of an installation that has `program` in its bin folder: all where that is a Python's own folder."""
    prefix = program.parent.parent
    own = any((prefix / name).exists() for name in ("pyvenv.cfg", "conda-meta", f"include/{_VERSION}"))
    return [str(prefix)] if own else [str(program.parent), *(str(path) for path in prefix.glob("lib*/python3*"))]


_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def named_paths(words: Sequence[str]) -> tuple[str, ...]:
    """What the words of a command of this machine read: the folders and files that they name, with what lies beside.

    A program of a virtual environment (`/tmp/venv/bin/gunicorn`) reads all of that.
    """
    named = [Path(word.rpartition("=")[2]) for word in words]
    found = [path for path in named if path.is_absolute() and os.path.exists(path)]  # noqa: PTH110 (never raises)
    folders = [path if path.is_dir() else path.parent for path in found]
    environments = [folder.parent for folder in folders if (folder.parent / "pyvenv.cfg").exists()]
    return tuple(map(str, [*found, *folders, *environments]))
