"""Searches the lines of a job's log for metrics, in a process of their own.

The expressions are the user's: one that backtracks on a line would hold every thread of the stack, because Python's
matching never lets go of its lock.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["SECONDS", "MetricSearch"]

SECONDS = 1.0
"""How much processor time an expression may take for one line; it is not searched for after that."""


class MetricSearch:
    """Finds the first group of each of some regular expressions in a line."""

    def __init__(self, expressions: list[str]) -> None:
        self._left = list(range(len(expressions)))
        self._process = subprocess.Popen(
            [sys.executable, "-I", Path(__file__).with_name("metric_search_process.py"), str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._send(expressions)

    def find(self, line: str) -> Iterator[tuple[int, str | None]]:
        """The indices of the expressions that the line has, each with its text, or None where it is given up."""
        self._send(line)
        for index in list(self._left):
            answer = self._answers.readline()
            found: str | bool | None = json.loads(answer) if answer else False
            if found is False:
                self._left.remove(index)
                yield index, None
            elif isinstance(found, str):
                yield index, found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    @property
    def _answers(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # the process has ended: nothing is found any more
