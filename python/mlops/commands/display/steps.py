"""Shows an execution as it goes: a block that redraws itself on a terminal, one line a change elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from mlops.aws.executions import Execution, Step
from mlops.commands.display.live import Live

__all__ = ["Progress"]

_NAME_WIDTH = 28


class Progress:
    """Prints what changed since the last snapshot.

    Args:
        out: where to; a terminal gets colours and running seconds, anything else plain lines.
        columns: the terminal's width.
        now: the current time (UTC), for the seconds of what still runs.
    """

    def __init__(self, out: TextIO, columns: int = 80, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._live = Live(out, columns)
        self._now = now
        self._said: dict[str, str] = {}  # step → the status already printed for good

    def show(self, execution: Execution) -> None:
        """Prints the steps that ended, and the running ones (redrawn on a terminal)."""
        self._live.wipe()
        for step in execution.steps:
            if self._said.get(step.name) != step.status and (not step.running or not self._live.terminal):
                self._said[step.name] = step.status
                self._live.ended(self._row(step), step.status, None if step.running else step.failure, indent=6)
        self._live.draw([self._row(step) for step in execution.steps if step.running])

    def close(self) -> None:
        """Leaves the running steps' last state on the screen as it is."""
        self._live.close()

    def _row(self, step: Step) -> str:
        name = step.name if len(step.name) <= _NAME_WIDTH else step.name[: _NAME_WIDTH - 1] + "…"
        note = f"  {step.note}" if step.note else ""
        return f"  {name:<{_NAME_WIDTH}}  {step.status:<9}  {self._seconds(step):>7}{note}".rstrip()

    def _seconds(self, step: Step) -> str:
        if step.started is None:
            return ""
        if not self._live.terminal and step.running:  # a plain line is not redrawn: its seconds would say nothing
            return ""
        ended = step.ended if step.ended and not step.running else self._now()
        return f"{max((ended - step.started).total_seconds(), 0):.0f} s"
