"""How a job sees its own directory as /opt/ml: namespaces, else proot, else rewritten arguments and environment."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localaws.runtime.images import PROGRAMS
from localaws.runtime.visible import hidden_folders, runtime_paths, user_homes

SUPERVISOR = f"{PROGRAMS} supervisor"  # as it stands in the command line of each, before the plan
ML = "/opt/ml"
Kind = Literal["namespaces", "proot", "rewritten"]

# What a machine without namespaces cannot keep from a job: `localaws status` and the stack's and each job's log say it.
OPEN = "a job can read and write whatever you can, the keys of the stack's administrator included"
WARNINGS: dict[Kind, str] = {
    "namespaces": "",
    "proot": f"WARNING: this machine has no user namespaces: {OPEN}.",
    "rewritten": (
        "WARNING: this machine has neither user namespaces nor proot, so /opt/ml is only rewritten in arguments and "
        f"environment variables: a path /opt/ml written inside a script is not found, and {OPEN}."
    ),
}


@dataclass(frozen=True)
class Command:
    """A program as it would run in its container: `cwd` and all paths are the container's.

    `mounts`: (directory, name below /opt/ml), shown there read-only; without namespaces a link, which protects nothing.
    `companion`: a second program for the same namespaces (left out where there are none).
    `keep`: paths of this machine that stay visible wherever they lie.
    `descriptors`, `companion_descriptors`: the inherited descriptors that each of the two programs gets.
    """

    argv: list[str]
    environment: dict[str, str]
    cwd: str
    network: bool = True
    mounts: tuple[tuple[str, str], ...] = ()
    companion: list[str] | None = None
    keep: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()
    companion_descriptors: tuple[int, ...] = ()


@functools.cache
def kind() -> Kind:
    """Which isolation this machine allows; found out once, by trying (about 0.05 s).

    "namespaces": the job sees its own folders, and the rest of this machine read-only, without the stack's home and the
    user's hidden files; its processes see no others and cannot outlive it. "proot": /opt/ml is private. "rewritten":
    paths in arguments and environment are replaced; scripts that spell out /opt/ml do not work.
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
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=supervisor_environment()
        ) as process:
            return process.wait() == 0 and (ml / "probe").exists()


def supervisor_environment() -> dict[str, str]:
    """The environment of a supervisor, which its job can read in /proc/1/environ: nothing of the stack's own."""
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


def prepare(command: Command, ml: Path, scratch: Path, python: str) -> list[str]:
    """Write the plan for `images/supervisor`; the command line to start, with a pipe kept open as its standard input.

    `ml`: directory that becomes /opt/ml. `scratch`: the job's private directory (made if missing). `python`: the
    runtime's interpreter, which stays visible wherever it lies.
    """
    return _prepare(command, ml, scratch, python, kind())


def _prepare(command: Command, ml: Path, scratch: Path, python: str, how: Kind) -> list[str]:
    for name in ("tmp", "home", "packages"):
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
    plan = {
        "argv": argv,
        "env": environment,
        "cwd": cwd,
        "namespaces": how == "namespaces",
        "network": command.network,
        "descriptors": command.descriptors,
        "companion": command.companion if how == "namespaces" else None,
        "companion_descriptors": command.companion_descriptors,
        "ml": str(ml),
        "tmp": str(scratch / "tmp"),
        "own": [str(scratch / name) for name in ("home", "packages")],
        "shown": [*runtime_paths(python), *command.keep],
        "hidden": hidden_folders(),
        "homes": user_homes(),
        "mounts": command.mounts if how == "namespaces" else (),
    }
    path = scratch / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    path.chmod(0o600)  # it holds the job's credentials
    return [sys.executable, "-I", "-S", str(PROGRAMS), "supervisor", str(path)]


def _rewritten(text: str, ml: Path) -> str:
    return text.replace(ML, str(ml))
