"""The environment variables of a job: what a container would set, and nothing of the server's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from localaws.runtime import virtual_environment

SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
INHERITED_PREFIXES = ("LC_", "OPENBLAS_")
INHERITED = ("LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def base_environment(python: str, scratch: Path, threads: int) -> dict[str, str]:
    """Variables that every job starts from.

    `python`: the runtime's interpreter. `scratch`: the job's private directory, with `home` and `packages`, its virtual
    environment, in it: that leads PATH, so that `python3`, `python` and `pip` are its own. `threads`: how many a job
    may use.
    """
    shown = {
        name: value for name, value in os.environ.items() if name in INHERITED or name.startswith(INHERITED_PREFIXES)
    }
    environment = virtual_environment.runtime_variables(python, scratch / "packages")
    path = [environment["PATH"], *SYSTEM_PATH]
    if sys.platform == "darwin":
        path.append("/opt/homebrew/bin")
    return {
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        **shown,
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
        # Threads that wait sleep: where jobs share the cores, spinning ones cost XGBoost ten times its own work.
        "OMP_WAIT_POLICY": "PASSIVE",
        "HOME": str(scratch / "home"),
        **environment,
        "PATH": ":".join(path),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "TRUE",
        "PYTHONIOENCODING": "UTF-8",
        # There is no instance behind this job: looking for one would only wait for time-outs.
        "AWS_EC2_METADATA_DISABLED": "true",
    }
