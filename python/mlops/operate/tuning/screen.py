"""The live table of trials: ended ones stay, running ones are redrawn on a terminal; plain lines elsewhere."""

from __future__ import annotations

import textwrap
from typing import TextIO

from mlops.operate.tuning.job import Trial, TuningJob

__all__ = ["Table", "short"]

_ERASE_LINE = "\x1b[2K"
_COLOURS = {"Completed": "32", "Failed": "31", "Stopped": "33"}
# number, state, objective with its mark
_FIXED = 2 + 3 + 2 + 10 + 2 + 8 + 1
_NARROWEST = 7


class Table:
    """Prints what changed since the last snapshot.

    Args:
        out: where to; only a terminal gets colours and lines that change.
        columns: the terminal's width. Hyperparameters that do not fit are left out, the last ones first.
    """

    def __init__(self, out: TextIO, columns: int = 80) -> None:
        self._out = out
        self._columns = max(columns, 40)
        self._live = out.isatty()
        self._drawn = 0
        self._said: set[str] = set()
        self._names: list[str] = []
        self._best: float | None = None

    def show(self, job: TuningJob) -> None:
        """Prints the trials that have ended; on a terminal also the running ones and where the job stands."""
        self._wipe()
        if job.trials and not self._names:
            self._head(job)
        for trial in job.trials:
            if not trial.running and trial.name not in self._said:
                self._said.add(trial.name)
                self._print(trial, job)
        if self._live:
            lines = [self._row(trial, "")[: self._columns - 1] for trial in job.trials if trial.running]
            lines.append(self._standing(job)[: self._columns - 1])
            self._out.write("".join(f"{line}\n" for line in lines))
            self._drawn = len(lines)
        self._out.flush()

    def close(self) -> None:
        """Leaves the last state on the screen."""
        self._drawn = 0
        self._out.flush()

    def _wipe(self) -> None:
        for _ in range(self._drawn):
            self._out.write("\x1b[1A" + _ERASE_LINE)
        self._drawn = 0

    def _head(self, job: TuningJob) -> None:
        names = sorted(job.trials[0].parameters)
        fit = max(1, (self._columns - 1 - _FIXED) // (_NARROWEST + 2))
        self._names = names[:fit]
        self._width = min(16, (self._columns - 1 - _FIXED) // len(self._names) - 2) if self._names else 0
        metric = job.metric.rpartition(":")[2]
        head = f"  {'#':>3}  {'State':<10}  {_cut(metric, 8):>8} "
        self._out.write((head + "".join(f"  {_cut(name, self._width):>{self._width}}" for name in self._names)) + "\n")

    def _print(self, trial: Trial, job: TuningJob) -> None:
        mark = ""
        value = trial.objective
        if value is not None and (self._best is None or (value > self._best if job.maximize else value < self._best)):
            self._best, mark = value, "*"
        row = self._row(trial, mark)
        colour = _COLOURS.get(trial.status)
        if self._live and colour:
            row = row.replace(trial.status, f"\x1b[{colour}m{trial.status}\x1b[0m", 1)
        self._out.write(row + "\n")
        if trial.failure and trial.status == "Failed":
            lead = " " * 7
            text = textwrap.fill(trial.failure, self._columns - 1, initial_indent=lead, subsequent_indent=lead)
            self._out.write(text + "\n")

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
