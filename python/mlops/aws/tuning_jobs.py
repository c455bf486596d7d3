"""A tuning job as it stands: its trials and the best of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import names
from mlops.aws.errors import UserError, error_code, is_not_found, shortened
from mlops.aws.job_kinds import TERMINAL, TUNING
from mlops.aws.tuning_names import job_name

__all__ = ["Trial", "TuningJob", "read", "start"]

_ATTEMPTS = 5


@dataclass(frozen=True)
class Trial:
    """A training job of a tuning job. ``objective`` is None until it has ended, and where it gave none."""

    number: int
    name: str
    status: str
    parameters: Mapping[str, str]
    objective: float | None
    started: datetime | None
    ended: datetime | None
    failure: str | None

    @property
    def running(self) -> bool:
        return self.status not in TERMINAL


@dataclass(frozen=True)
class TuningJob:
    """A snapshot. ``trials`` are in the order in which they were started; ``described`` is the API's answer."""

    name: str
    status: str
    metric: str
    maximize: bool
    trials: tuple[Trial, ...]
    described: Mapping[str, Any]

    @property
    def running(self) -> bool:
        return self.status not in TERMINAL

    @property
    def budget(self) -> int | None:
        """How many trials there may be; None for a grid, which counts its own."""
        limit = self.described["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxNumberOfTrainingJobs")
        return None if limit is None else int(limit)

    def ranked(self) -> list[Trial]:
        """The trials that gave an objective, best first."""
        scored = [trial for trial in self.trials if trial.objective is not None]
        return sorted(scored, key=lambda trial: trial.objective or 0.0, reverse=self.maximize)

    @property
    def best(self) -> Trial | None:
        """The best trial so far."""
        return next(iter(self.ranked()), None)


def start(
    sagemaker: Any,
    request: Mapping[str, Any],
    student_id: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> str:
    """Starts a tuning job and returns its name; tries another name where the first is taken.

    Args:
        request: CreateHyperParameterTuningJob without name and tags.

    Raises:
        UserError: SageMaker refuses the request.
    """
    for attempt in range(_ATTEMPTS):
        name = job_name(student_id, now(), attempt)
        try:
            sagemaker.create_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=name, Tags=names.tags(student_id), **request
            )
        except ClientError as error:
            if error_code(error) == "ResourceInUse":
                time.sleep(0.01 * attempt)
                continue
            if error_code(error) == "ValidationException":
                raise UserError(f"SageMaker refuses {name}: {shortened(error.response['Error']['Message'])}") from error
            raise
        return name
    raise UserError(f"{_ATTEMPTS} names for a tuning job of {student_id} were taken: try again")


def read(sagemaker: Any, name: str) -> TuningJob:
    """Reads a tuning job and all its trials.

    Raises:
        UserError: there is no such tuning job.
    """
    try:
        described = TUNING.describe(sagemaker, name)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise UserError(
            f"no tuning job {name!r}: `aws sagemaker list-hyper-parameter-tuning-jobs` lists them"
        ) from error
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, SortBy="CreationTime", SortOrder="Ascending"
    )
    found = [summary for page in pages for summary in page["TrainingJobSummaries"]]
    objective = described["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective")
    if objective is None:
        objective = described["TrainingJobDefinitions"][0]["TuningObjective"]
    return TuningJob(
        name=name,
        status=TUNING.status(described),
        metric=objective["MetricName"],
        maximize=objective["Type"] == "Maximize",
        trials=tuple(_trial(number, summary) for number, summary in enumerate(found, 1)),
        described=described,
    )


def _trial(number: int, summary: Mapping[str, Any]) -> Trial:
    metric = summary.get("FinalHyperParameterTuningJobObjectiveMetric", {})
    return Trial(
        number=number,
        name=summary["TrainingJobName"],
        status=summary["TrainingJobStatus"],
        parameters=summary["TunedHyperParameters"],
        objective=metric.get("Value"),
        started=summary.get("TrainingStartTime"),
        ended=summary.get("TrainingEndTime"),
        failure=summary.get("FailureReason"),
    )
