"""How a job sees its own directory as /opt/ml: namespaces, else proot, else rewritten arguments and environment."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SUPERVISOR = Path(__file__).with_name("supervisor.py")
ML = "/opt/ml"
Kind = Literal["namespaces", "proot", "rewritten"]

WARNING = (
    "WARNING: this machine has neither user namespaces nor proot, so /opt/ml is only rewritten in arguments and "
    "environment variables: a path /opt/ml written inside a script is not found."
)


@dataclass(frozen=True)
class Command:
    """A program as it would run in its container: `cwd` and all paths are the container's.

    `mounts`: (directory, name below /opt/ml), shown there read-only; without namespaces a link, which protects nothing.
    `companion`: a second program for the same namespaces (left out where there are none).
    `keep`: paths of this machine that stay visible where a private /tmp would hide them.
    """

    argv: list[str]
    environment: dict[str, str]
    cwd: str
    network: bool = True
    mounts: tuple[tuple[str, str], ...] = ()
    companion: list[str] | None = None
    keep: tuple[str, ...] = ()


@functools.cache
def kind() -> Kind:
    """Which isolation this machine allows; found out once, by trying (about 0.05 s).

    "namespaces": /opt/ml and /tmp are private, processes cannot outlive the job. "proot": /opt/ml is private.
    "rewritten": paths in arguments and environment are replaced; scripts that spell out /opt/ml do not work.
    """
    if sys.platform == "linux" and _namespaces_work():
        return "namespaces"
    return "proot" if shutil.which("proot") else "rewritten"


def _namespaces_work() -> bool:
    with tempfile.TemporaryDirectory() as directory:
        ml, scratch = Path(directory, "ml"), Path(directory, "scratch")
        ml.mkdir()
        probe = Command(["/bin/sh", "-c", f"echo ok > {ML}/probe"], {}, "/")
        command = _prepare(probe, ml, scratch, sys.executable, "namespaces")
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            return process.wait() == 0 and (ml / "probe").exists()


def prepare(command: Command, ml: Path, scratch: Path, python: str) -> list[str]:
    """Write the plan for `supervisor.py`; the command line to start, with a pipe kept open as its standard input.

    `ml`: directory that becomes /opt/ml. `scratch`: the job's private directory (made if missing). `python`: the
    runtime's interpreter, which stays visible wherever it lies.
    """
    return _prepare(command, ml, scratch, python, kind())


def _prepare(command: Command, ml: Path, scratch: Path, python: str, how: Kind) -> list[str]:
    for name in ("tmp", "staging", "home", "bin", "packages"):
        (scratch / name).mkdir(parents=True, exist_ok=True)
    argv, environment, cwd = command.argv, dict(command.environment), command.cwd
    if how != "namespaces":
        for source, name in command.mounts:
            (ml / name).symlink_to(source)
    if how == "namespaces":
        environment["TMPDIR"] = "/tmp"
    else:
        environment["TMPDIR"] = str(scratch / "tmp")
    if how == "proot":
        argv = [shutil.which("proot") or "proot", "-b", f"{ml}:{ML}", "-w", cwd, *argv]
        cwd = "/"
    if how == "rewritten":
        argv = [_rewritten(word, ml) for word in argv]
        environment = {name: _rewritten(value, ml) for name, value in environment.items()}
        environment["SAGEMAKER_BASE_DIR"] = str(ml)  # what SageMaker's own toolkits take for /opt/ml
        cwd = _rewritten(cwd, ml)
    own = [str(scratch / name) for name in ("home", "bin", "packages")]
    plan = {
        "argv": argv,
        "env": environment,
        "cwd": cwd,
        "namespaces": how == "namespaces",
        "network": command.network,
        "ml": str(ml),
        "tmp": str(scratch / "tmp") if how == "namespaces" else None,
        "staging": str(scratch / "staging"),
        "mounts": command.mounts if how == "namespaces" else (),
        "companion": command.companion if how == "namespaces" else None,
        "keep": _below_tmp([*own, *_roots(python), *command.keep]),
    }
    path = scratch / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    path.chmod(0o600)  # it holds the job's credentials
    return [sys.executable, "-I", "-S", str(SUPERVISOR), str(path)]


def named_paths(words: Sequence[str]) -> tuple[str, ...]:
    """What the words of a command of this machine read: the folders and files that they name, with what lies beside.

    A program of a virtual environment (`/tmp/venv/bin/gunicorn`) reads all of that.
    """
    named = [Path(word.rpartition("=")[2]) for word in words]
    found = [path for path in named if path.is_absolute() and os.path.exists(path)]  # noqa: PTH110 (never raises)
    folders = [path if path.is_dir() else path.parent for path in found]
    environments = [folder.parent for folder in folders if (folder.parent / "pyvenv.cfg").exists()]
    return tuple(map(str, [*found, *folders, *environments]))


def _rewritten(text: str, ml: Path) -> str:
    return text.replace(ML, str(ml))


def _roots(python: str) -> list[str]:
    """Directories that the runtime reads: environment, base installation, this package and the stack's own paths."""
    own = [sys.prefix, sys.base_prefix, str(SUPERVISOR.parent), *sys.path] if python == sys.executable else []
    program = Path(python)
    return [str(program.parent.parent), str(program.resolve().parent.parent), str(SUPERVISOR.parent), *own]


def _below_tmp(paths: list[str]) -> list[str]:
    """Those of `paths` that a private /tmp would hide, without the ones inside another."""
    hidden = sorted({path for path in paths if path.startswith("/tmp/") and path != "/tmp/"})
    return [path for path in hidden if not any(path.startswith(f"{other}/") for other in hidden)]
