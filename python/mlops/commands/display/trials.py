"""The live table of trials: ended ones stay, running ones are redrawn on a terminal; plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
from typing import Self, TextIO

from mlops.aws.tuning_jobs import Trial, TuningJob
from mlops.commands.display.live import Live

__all__ = ["Table", "short"]

# number, state, objective with its mark
_FIXED = 2 + 3 + 2 + 10 + 2 + 8 + 1
_NARROWEST = 7


class Table:
    """Prints what changed since the last snapshot; used in a ``with`` block.

    Args:
        out: where to (default: standard output); only a terminal gets colours and lines that change.
        columns: the terminal's width (default: as it is). Hyperparameters that do not fit are left out, the last first.
    """

    def __init__(self, out: TextIO | None = None, columns: int | None = None, *, refresh: bool = True) -> None:
        self._live = Live(out or sys.stdout, columns or shutil.get_terminal_size().columns, refresh=refresh)
        self._columns = self._live.columns
        self._shown: set[str] = set()
        self._names: list[str] = []
        self._best: float | None = None
        self._reasons: dict[str, int] = {}  # why trials failed → the first that did

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()

    def show(self, job: TuningJob) -> None:
        """Prints the trials that have ended; on a terminal also the running ones and where the job stands."""
        if job.trials and not self._names:
            self._head(job)
        running = [self._row(trial, "") for trial in job.trials if trial.running]
        self._live.draw(lambda: [*running, self._standing(job)])
        for trial in job.trials:
            if not trial.running and trial.name not in self._shown:
                self._shown.add(trial.name)
                self._print(trial, job)

    def _head(self, job: TuningJob) -> None:
        names = sorted(job.trials[0].parameters)
        fit = max(1, (self._columns - 1 - _FIXED) // (_NARROWEST + 2))
        self._names = names[:fit]
        self._width = min(16, (self._columns - 1 - _FIXED) // len(self._names) - 2) if self._names else 0
        metric = job.metric.rpartition(":")[2]
        head = f"  {'#':>3}  {'State':<10}  {_cut(metric, 8):>8} "
        self._live.line(head + "".join(f"  {_cut(name, self._width):>{self._width}}" for name in self._names))

    def _print(self, trial: Trial, job: TuningJob) -> None:
        mark = ""
        value = trial.objective
        if value is not None and (self._best is None or (value > self._best if job.maximize else value < self._best)):
            self._best, mark = value, "*"
        reason = trial.failure if trial.status == "Failed" else None
        if reason in self._reasons:
            reason = f"the same as trial {self._reasons[reason]}"
        elif reason:
            self._reasons[reason] = trial.number
        self._live.ended(self._row(trial, mark), trial.status, reason, indent=7)

    def _row(self, trial: Trial, mark: str) -> str:
        value = "" if trial.objective is None else f"{trial.objective:.5f}"
        row = f"  {trial.number:>3}  {trial.status:<10}  {value:>8}{mark:<1}"
        cells = (_cut(short(trial.parameters.get(name, "")), self._width) for name in self._names)
        return (row + "".join(f"  {cell:>{self._width}}" for cell in cells)).rstrip()

    def _standing(self, job: TuningJob) -> str:
        ended = sum(not trial.running for trial in job.trials)
        best = job.best
        said = f"  {ended} of {job.budget or 'the grid'} trials, {len(job.trials) - ended} running"
        return said if best is None else f"{said}; best so far {best.objective:.5f} (trial {best.number})"


def short(value: str) -> str:
    """A hyperparameter's value to four significant digits, where it is a number."""
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
