"""Child processes that a Ctrl-C on the terminal does not reach, so that this process decides how they end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from mlops.aws.errors import UserError

__all__ = ["run"]

_GRACE_SECONDS = 20.0


def run(command: Sequence[str], environment: Mapping[str, str], *, finish: bool = False) -> str:
    """Runs a command to its end and returns its output.

    Args:
        finish: on Ctrl-C, let the command come to its end first (it would leave something half made).

    Raises:
        UserError: it failed; the message is its last line.
        KeyboardInterrupt: passed on when the child has ended.
    """
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as child:
        try:
            output, errors = child.communicate()
        except KeyboardInterrupt:
            _end(child, finish)
            raise
    if child.returncode != 0:
        last = ([line for line in (errors or output).splitlines() if line.strip()] or ["it said nothing"])[-1]
        raise UserError(f"{' '.join(command[:2])} ended with exit code {child.returncode}: {last.strip()}")
    return output


def _end(child: subprocess.Popen[str], finish: bool) -> None:
    try:
        if not finish:
            child.terminate()
        child.communicate(timeout=_GRACE_SECONDS)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
