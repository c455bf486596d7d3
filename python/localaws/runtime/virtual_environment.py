"""A job's own virtual environment, on top of its runtime's.

What a job installs lands here and is found first; what the runtime has is there as well, and is never changed. So pip
works as in a container: it builds what must be built, keeps what is installed already, and upgrades in place.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localaws.runtime.images import ImageTableError

__all__ = ["check", "import_paths", "interpreter", "runtime_variables", "write"]

_DESCRIBE = """
import json, site, sys, sysconfig
base = sysconfig.get_path("purelib", "posix_prefix", {"base": "", "platbase": ""})
sites = [folder for folder in site.getsitepackages() if folder in sys.path]
executable = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps([executable, base.lstrip("/"), sites, sys.path, sys.version_info[:2]]))
"""
# pip refuses `--user` where pyvenv.cfg says "false"; Python reads the word in any case. The user's folder is this one.
_CONFIGURATION = "home = {home}\ninclude-system-site-packages = False\n"
# Read last of all .pth files, so that packages that a job installs as editable come first, too.
_RUNTIME = "zzz_runtime.pth"
_SHEBANG_BYTES = 256


@dataclass(frozen=True)
class _Runtime:
    """An interpreter: its real program, where packages lie in an environment, its own packages, its scripts.

    `paths`: all folders that it imports from, also those of packages that are installed as editable.
    """

    executable: Path
    packages: Path
    sites: tuple[str, ...]
    paths: tuple[str, ...]
    version: str
    scripts: tuple[Path, ...]


def interpreter(prefix: Path) -> str:
    """The Python of the environment at `prefix`."""
    return str(prefix / "bin" / "python3")


def runtime_variables(python: str, prefix: Path) -> dict[str, str]:
    """Environment variables by which programs find the environment at `prefix`, and the runtime `python` after it."""
    return {
        "PATH": os.pathsep.join([str(prefix / "bin"), str(Path(python).parent)]),
        "PYTHONUSERBASE": str(prefix),
        "VIRTUAL_ENV": str(prefix),
    }


def import_paths(python: str) -> tuple[str, ...]:
    """The folders that an interpreter imports from; raises ImageTableError for one that does not run."""
    return _runtime(python).paths


def check(python: str) -> None:
    """Raise ImageTableError for an interpreter that does not run."""
    _runtime(python)


def write(python: str, prefix: Path) -> None:
    """Write the environment of a job whose runtime is the interpreter `python`.

    Raises ImageTableError for an interpreter that does not run.
    """
    runtime = _runtime(python)
    programs, packages = prefix / "bin", prefix / runtime.packages
    programs.mkdir(parents=True, exist_ok=True)
    packages.mkdir(parents=True, exist_ok=True)
    (prefix / "pyvenv.cfg").write_text(_CONFIGURATION.format(home=runtime.executable.parent), encoding="utf-8")
    (packages / _RUNTIME).write_text(
        "".join(f"import site; site.addsitedir({folder!r})\n" for folder in runtime.sites), encoding="utf-8"
    )
    names = ("python3", "python", f"python{runtime.version}")
    for name in names:
        (programs / name).unlink(missing_ok=True)
        (programs / name).symlink_to(runtime.executable)
    own = shlex.quote(interpreter(prefix))
    # A script of the runtime would run in the runtime alone.
    commands = {script.name: f"{own} {shlex.quote(str(script))}" for script in runtime.scripts}
    commands |= dict.fromkeys(("pip", "pip3", f"pip{runtime.version}"), f"{own} -m pip")
    for name, command in commands.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)


@functools.cache
def _runtime(python: str) -> _Runtime:
    ended = subprocess.run([python, "-I", "-c", _DESCRIBE], capture_output=True, text=True, check=False)
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
        raise ImageTableError(f"python {python!r} does not run ({said[-1]}); give a Python 3 interpreter.")
    executable, packages, sites, paths, (major, minor) = json.loads(ended.stdout)
    scripts = _scripts(Path(python).parent)
    return _Runtime(Path(executable), Path(packages), tuple(sites), tuple(paths), f"{major}.{minor}", scripts)


def _scripts(folder: Path) -> tuple[Path, ...]:
    """The programs of a folder that its interpreter runs."""
    start = f"#!{folder}/python".encode()
    found = []
    for script in sorted(folder.iterdir()):
        if script.is_file() and os.access(script, os.R_OK | os.X_OK):
            with script.open("rb") as stream:
                if stream.read(_SHEBANG_BYTES).startswith(start):
                    found.append(script)
    return tuple(found)
