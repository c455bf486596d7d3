"""The trials as a table, best first."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from mlops.aws.errors import UsageError
from mlops.aws.tuning_jobs import Trial, TuningJob
from mlops.commands.tuning.plot import plot

__all__ = ["leaderboard", "prepare", "save"]


def leaderboard(job: TuningJob) -> str:
    """CSV: rank, trial, training job, state, objective, seconds, then a column for each hyperparameter.

    Trials without an objective come last, without a rank.
    """
    names = sorted({name for trial in job.trials for name in trial.parameters})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["rank", "trial", "training_job", "state", job.metric, "seconds", *names])
    ranked = job.ranked()
    for rank, trial in enumerate(ranked, 1):
        writer.writerow([rank, *_row(trial, names)])
    for trial in job.trials:
        if trial not in ranked:
            writer.writerow(["", *_row(trial, names)])
    return text.getvalue()


def prepare(folder: Path) -> None:
    """Makes the folder that ``save`` will write into, before a tuning job that may take hours.

    Raises:
        UsageError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--output {folder} cannot be a folder ({error.strerror}): name another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"--output {folder} is not yours to write: name another folder")


def save(job: TuningJob, folder: Path) -> tuple[Path, Path]:
    """Writes leaderboard.csv and trials.svg into ``folder``; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table, picture = folder / "leaderboard.csv", folder / "trials.svg"
    table.write_text(leaderboard(job), encoding="utf-8")
    picture.write_text(plot(job), encoding="utf-8")
    return table, picture


def _row(trial: Trial, names: list[str]) -> list[str]:
    objective = "" if trial.objective is None else repr(trial.objective)
    seconds = ""
    if trial.started is not None and trial.ended is not None:
        seconds = f"{(trial.ended - trial.started).total_seconds():.1f}"
    return [str(trial.number), trial.name, trial.status, objective, seconds] + [
        trial.parameters.get(name, "") for name in names
    ]
