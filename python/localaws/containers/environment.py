"""The environment variables of a job: what a container would set, and nothing of the server's own."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
INHERITED_PREFIXES = ("LC_", "OPENBLAS_")
INHERITED = ("LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def base_environment(python: str, scratch: Path, threads: int) -> dict[str, str]:
    """Variables that every job starts from.

    `python`: the runtime's interpreter; its folder leads PATH, so that `python3` and `python` are this interpreter.
    `scratch`: the job's private directory, with `home`, `bin` and `packages` in it. `threads`: how many a job may use.
    """
    shown = {
        name: value for name, value in os.environ.items() if name in INHERITED or name.startswith(INHERITED_PREFIXES)
    }
    path = [str(Path(python).parent), str(scratch / "bin"), *SYSTEM_PATH]
    if sys.platform == "darwin":
        path.append("/opt/homebrew/bin")
    packages = str(scratch / "packages")
    return {
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        **shown,
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
        # Threads that wait sleep: where jobs share the cores, spinning ones cost XGBoost ten times its own work.
        "OMP_WAIT_POLICY": "PASSIVE",
        "HOME": str(scratch / "home"),
        "PATH": ":".join(path),
        # What a job installs stays its own, as in a container, and never reaches the runtime that other jobs share.
        "PIP_TARGET": packages,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": packages,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "TRUE",
        "PYTHONIOENCODING": "UTF-8",
        # There is no instance behind this job: looking for one would only wait for time-outs.
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def write_interpreter_names(python: str, directory: Path) -> None:
    """Make `python3`, `python`, `pip3` and `pip` run from `directory` where the interpreter's own folder lacks them.

    Scripts, not links: an interpreter of a virtual environment that is started through a link elsewhere does not find
    its environment.
    """
    interpreter = shlex.quote(python)
    commands = {"python3": interpreter, "pip3": f"{interpreter} -m pip"}
    for name, command in commands.items():
        for script in (directory / name, directory / name.removesuffix("3")):
            if not (Path(python).parent / script.name).exists():
                script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
                script.chmod(0o755)
