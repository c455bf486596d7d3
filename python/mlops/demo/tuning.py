"""The demo's tuning job: the assessment's own command line, with few and short trials."""

from __future__ import annotations

import sys
from pathlib import Path

from mlops.aws import clients, tuning_jobs
from mlops.demo import child

__all__ = ["tune"]

_BUDGET = ("--trials", "4", "--parallel", "2", "--rounds", "20")
_COLUMNS = "78"  # of the demo's 80, which are indented by two
# Where to go on is for those who tune by themselves.
_LEFT_OUT = ("Splits:", "To train", "  mlops", "Saved")


def tune(
    project: Path, student_id: str, role_arn: str, folder: Path, environment: dict[str, str]
) -> tuple[list[str], float]:
    """Runs ``hyperparameter_tuning.py``; what to show of what it said, and for how many seconds the trials ran.

    Args:
        folder: gets leaderboard and plot.
    """
    script = str(project / "python" / "hyperparameter_tuning.py")
    command = [sys.executable, script, student_id, role_arn, *_BUDGET, "--output", str(folder)]
    said = child.run(command, {**environment, "COLUMNS": _COLUMNS}).splitlines()
    shown = [line for line in said if not line.startswith(_LEFT_OUT)]
    trials = tuning_jobs.read(clients.client("sagemaker"), shown[0]).trials
    began = [trial.started for trial in trials if trial.started]
    ended = [trial.ended for trial in trials if trial.ended]
    return shown, (max(ended) - min(began)).total_seconds()
