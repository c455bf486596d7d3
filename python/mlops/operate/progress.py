"""Shows an execution as it goes: a block that redraws itself on a terminal, one line a change elsewhere."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from mlops.operate.execution import Execution, Step

__all__ = ["Progress"]

_COLOURS = {"Succeeded": "32", "Failed": "31", "Stopped": "33"}
_NAME_WIDTH = 28
_ERASE_LINE = "\x1b[2K"


class Progress:
    """Prints what changed since the last snapshot.

    Args:
        out: where to; a terminal gets colours and running seconds, anything else plain lines.
        columns: the terminal's width.
        now: the current time (UTC), for the seconds of what still runs.
    """

    def __init__(self, out: TextIO, columns: int = 80, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._out = out
        self._columns = max(columns, 40)
        self._now = now
        self._live = out.isatty()
        self._drawn = 0  # lines of the block that the next snapshot redraws
        self._said: dict[str, str] = {}  # step → the status already printed for good

    def show(self, execution: Execution) -> None:
        """Prints the steps that ended, and the running ones (redrawn on a terminal)."""
        self._wipe()
        running = [step for step in execution.steps if step.running]
        for step in execution.steps:
            if self._said.get(step.name) != step.status and (not step.running or not self._live):
                self._said[step.name] = step.status
                self._print(step)
        if self._live:
            for step in running:
                self._out.write(self._row(step)[: self._columns - 1] + "\n")
            self._drawn = len(running)
        self._out.flush()

    def close(self) -> None:
        """Leaves the running steps' last state on the screen as it is."""
        self._drawn = 0
        self._out.flush()

    def _wipe(self) -> None:
        for _ in range(self._drawn):
            self._out.write("\x1b[1A" + _ERASE_LINE)
        self._drawn = 0

    def _print(self, step: Step) -> None:
        row = self._row(step)
        colour = _COLOURS.get(step.status)
        if self._live and colour:
            row = row.replace(step.status, f"\x1b[{colour}m{step.status}\x1b[0m", 1)
        self._out.write(row + "\n")
        if step.failure and not step.running:
            lead = "      "
            width = self._columns - 1
            self._out.write(textwrap.fill(step.failure, width, initial_indent=lead, subsequent_indent=lead) + "\n")

    def _row(self, step: Step) -> str:
        name = step.name if len(step.name) <= _NAME_WIDTH else step.name[: _NAME_WIDTH - 1] + "…"
        note = f"  {step.note}" if step.note else ""
        return f"  {name:<{_NAME_WIDTH}}  {step.status:<9}  {self._seconds(step):>7}{note}".rstrip()

    def _seconds(self, step: Step) -> str:
        if step.started is None:
            return ""
        if not self._live and step.running:  # a plain line is not redrawn: its seconds would say nothing
            return ""
        ended = step.ended if step.ended and not step.running else self._now()
        return f"{max((ended - step.started).total_seconds(), 0):.0f} s"
