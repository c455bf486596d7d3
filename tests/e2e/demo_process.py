"""Starts the demo, and talks to the one that was kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def start_demo(
    project: Path, *options: str, through: tuple[str, ...] = (), **environment: str
) -> subprocess.Popen[str]:
    """The demo as `make demo` starts it, from the copy's own code; `through` is a command that starts it."""
    return subprocess.Popen(
        [*through, sys.executable, "-m", "mlops.demo", *options],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "python"), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def with_stack_log(project: Path, said: str) -> str:
    """What a demo said, and what its stack logged last: for the message of a test that fails."""
    log = project / "build" / "demo" / "localaws" / "stack.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else ["(no log)"]
    return "\n".join([said, "--- the stack's log:", *lines[-80:]])


def without_make(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what `make test ARGS=…` hands to every make that a test starts."""
    return {name: value for name, value in environment.items() if name not in ("ARGS", "MAKEFLAGS", "MAKEOVERRIDES")}


@dataclass
class Kept:
    """A running stack with the system applied, as `make demo KEEP=1` leaves it."""

    project: Path
    said: str
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command in a shell with the environment that the demo said to evaluate."""
        done = subprocess.run(
            command, cwd=self.project, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def aws(self, *arguments: str) -> dict[str, Any]:
        """The unmodified aws CLI's JSON answer."""
        return dict(json.loads(self.run(str(BIN / "aws"), *arguments).stdout))

    def mlops(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The mlops command."""
        return self.run(str(BIN / "mlops"), *arguments, check=check)

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Terraform in the root that the demo applied."""
        return self.run("terraform", f"-chdir={self.project / 'build/demo/root'}", *arguments, check=False)
