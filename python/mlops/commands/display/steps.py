"""Shows an execution as it goes: running steps change in place on a terminal, one line a change elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self, TextIO

from mlops.aws.executions import Execution, Step
from mlops.commands.display.live import Live

__all__ = ["Progress"]

_NAME_WIDTH = 28


class Progress:
    """Prints what changed since the last snapshot; used in a ``with`` block.

    Args:
        out: where to (default: standard output); a terminal gets colours and running seconds, all else plain lines.
        columns: the terminal's width (default: as it is).
        now: the current time (UTC), for the seconds of what still runs.
        refresh: whether running seconds advance between two snapshots.
    """

    def __init__(
        self,
        out: TextIO | None = None,
        columns: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        refresh: bool = True,
    ) -> None:
        self._live = Live(out or sys.stdout, columns or shutil.get_terminal_size().columns, refresh=refresh)
        self._now = now
        self._shown: dict[str, str] = {}  # step → the status that its last line has

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()

    def show(self, execution: Execution) -> None:
        """Prints the steps that ended, and the running ones (redrawn on a terminal)."""
        running = [step for step in execution.steps if step.running]
        self._live.draw(lambda: [self._row(step) for step in running])
        for step in execution.steps:
            if self._shown.get(step.name) != step.status and (not step.running or not self._live.terminal):
                self._shown[step.name] = step.status
                self._live.ended(self._row(step), step.status, None if step.running else step.failure, indent=6)

    def _row(self, step: Step) -> str:
        name = step.name if len(step.name) <= _NAME_WIDTH else step.name[: _NAME_WIDTH - 1] + "…"
        note = f"  {step.note}" if step.note else ""
        return f"  {name:<{_NAME_WIDTH}}  {step.status:<9}  {self._seconds(step):>7}{note}".rstrip()

    def _seconds(self, step: Step) -> str:
        if step.started is None:
            return ""
        if not self._live.terminal and step.running:  # a plain line does not change: seconds would say nothing
            return ""
        ended = step.ended if step.ended and not step.running else self._now()
        return f"{max((ended - step.started).total_seconds(), 0):.0f} s"
