"""Terraform through python-terraform, kept behind this one file (the package was last released in 2019).

python-terraform turns options into arguments. Running the process is done here: its own
``cmd`` either collects all output until the end or writes to this process's terminal, and its ``synchronous=False``
reaches Terraform as an unknown option.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from python_terraform import IsFlagged
from python_terraform import Terraform as _Options

from mlops.aws.errors import UserError

__all__ = ["Terraform", "TerraformFailedError"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class TerraformFailedError(UserError):
    """A Terraform command ended with an error; the message is Terraform's first own error line."""


class Terraform:
    """One root module; every command streams its lines to ``on_line`` and returns Terraform's exit code.

    Args:
        folder: the root module.
        variables: values for ``-var``, e.g. ``{"student_id": "jane"}``.
        on_line: called with each line of output (colourless, no newline) as it comes.
        environment: the child's whole environment.

    Ctrl-C: the child runs in a process group of its own, so that a Ctrl-C on the terminal reaches it once, passed on
    from here, and not twice (which would make Terraform drop its state). While it shuts down, a second
    ``KeyboardInterrupt`` kills it.
    """

    def __init__(
        self, folder: Path, variables: Mapping[str, str], on_line: Callable[[str], None], environment: Mapping[str, str]
    ) -> None:
        self._options = _Options(working_dir=str(folder))
        # As a list: a dictionary becomes a temporary file, which stays behind where this process is killed.
        self._variables = [f"{name}={value}" for name, value in variables.items()]
        self._folder = folder
        self._on_line = on_line
        self._environment = dict(environment)

    def init(self, plugins: Path | None) -> None:
        """Downloads the provider, or with ``plugins`` takes it from that folder only."""
        self._checked("init", input=False, no_color=IsFlagged, plugin_dir=str(plugins) if plugins else None)

    def apply(self) -> None:
        """Applies without asking."""
        self._checked("apply", auto_approve=True, **self._with_variables())

    def plan(self) -> bool:
        """Returns whether anything would change (``-detailed-exitcode`` 2)."""
        return self._checked("plan", allowed=(0, 2), detailed_exitcode=IsFlagged, **self._with_variables()) == 2

    def destroy(self) -> None:
        """Destroys without asking; ``-force``, the package's default, is gone since Terraform 0.15."""
        self._checked("destroy", force=None, auto_approve=True, **self._with_variables())

    def outputs(self) -> dict[str, Any]:
        """The root module's outputs by name."""
        command = self._options.generate_cmd_string("output", json=IsFlagged)
        printed = subprocess.run(
            command, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if printed.returncode != 0:
            raise TerraformFailedError(f"terraform output failed: {_first_error(printed.stderr.splitlines())}")
        return {name: output["value"] for name, output in json.loads(printed.stdout).items()}

    def _with_variables(self) -> dict[str, Any]:
        return {"var": self._variables, "input": False, "no_color": IsFlagged}

    def _checked(self, command: str, allowed: tuple[int, ...] = (0,), **options: Any) -> int:
        arguments = self._options.generate_cmd_string(command, **options)
        lines: list[str] = []
        code = self._run(arguments, lines)
        if code not in allowed:
            raise TerraformFailedError(f"terraform {command} ended with exit code {code}: {_first_error(lines)}")
        return code

    def _run(self, arguments: list[str], lines: list[str]) -> int:
        with subprocess.Popen(
            arguments,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        ) as child:
            assert child.stdout is not None
            try:
                self._pump(child.stdout, lines)
            except KeyboardInterrupt:
                self._end(child, child.stdout, lines)
                raise
            return child.wait()

    def _pump(self, stream: IO[str], lines: list[str]) -> None:
        for raw in stream:
            line = _COLOUR.sub("", raw.rstrip("\n"))
            lines.append(line)
            self._on_line(line)

    def _end(self, child: subprocess.Popen[str], stream: IO[str], lines: list[str]) -> None:
        try:
            child.send_signal(signal.SIGINT)
            self._pump(stream, lines)
            child.wait()
        finally:  # after a second Ctrl-C, or when Terraform left a provisioner's children behind
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def _first_error(lines: list[str]) -> str:
    for line in lines:
        text = line.strip("│╷╵ ")
        if text.startswith("Error: "):
            return text.removeprefix("Error: ")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
