"""Trials and tuning jobs of them, without an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mlops.aws import tuning_jobs

__all__ = ["NOW", "trial", "tuning_job"]

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)


def trial(number: int, objective: float | None, status: str = "Completed", **parameters: str) -> tuning_jobs.Trial:
    ended = None if status == "InProgress" else NOW + timedelta(seconds=2.5)
    failure = "AlgorithmError: boom" if status == "Failed" else None
    return tuning_jobs.Trial(number, f"tune-{number:03d}", status, parameters, objective, NOW, ended, failure)


def tuning_job(*trials: tuning_jobs.Trial, status: str = "InProgress", maximize: bool = True) -> tuning_jobs.TuningJob:
    described = {
        "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 10}},
        "TrainingJobDefinition": {"StaticHyperParameters": {"num_round": "80", "seed": "42", "eval_metric": "auc"}},
    }
    return tuning_jobs.TuningJob("tune-ann", status, "validation:auc", maximize, trials, described)
