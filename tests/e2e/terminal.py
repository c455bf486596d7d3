"""A shell on a terminal of its own, in which a test types commands as a user does."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

_DONE = re.compile(r"<<(\d+)>>\r?\n")


class Terminal:
    """An interactive bash in `folder`; it is killed at the end of the `with` block."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._end, inner = pty.openpty()
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env={**environment, "PS1": "", "TERM": "dumb"},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self.type("stty -echo")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()
        os.close(self._end)

    def type(self, line: str, answers: Mapping[str, str] | None = None, seconds: float = 300) -> tuple[int, str]:
        """Type a line and wait for its end; the exit code and what was shown.

        `answers` gives what to type at each prompt, the first time that it is shown.
        """
        # Split, so that a terminal that still echoes does not show the mark itself.
        os.write(self._end, f'{line}; echo "<<""$?>>"\n'.encode())
        waiting, shown, deadline = dict(answers or {}), "", time.monotonic() + seconds
        while not (done := _DONE.search(shown)):
            assert time.monotonic() < deadline, f"{line} does not end:\n{shown}"
            if select.select([self._end], [], [], 1)[0]:
                shown += os.read(self._end, 65536).decode(errors="replace")
            for prompt in [prompt for prompt in waiting if prompt in shown]:
                os.write(self._end, f"{waiting.pop(prompt)}\n".encode())
        return int(done[1]), shown[: done.start()]
