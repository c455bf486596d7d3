"""The end of what runs for a student, before the bucket that it reads and writes is emptied."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, error_code

__all__ = ["Limits", "stop_executions", "stop_jobs"]

_STOP_SECONDS = 300.0  # AWS gives a container two minutes between SIGTERM and SIGKILL
_POLL_SECONDS = 1.0
_RUNNING = ("InProgress", "Stopping")


@dataclass(frozen=True)
class Limits:
    """How waiting is done: `sleep` and `clock` as in the module `time`, `seconds` for all of one kind."""

    seconds: float = _STOP_SECONDS
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class _Kind:
    """One kind of job in the API's words."""

    said: str
    operation: str  # as in list_{operation}s
    member: str  # the API's name of the job's name, without "Name"


# A tuning job stops its own trials, so that it comes before training jobs.
_KINDS = (
    _Kind("tuning job", "hyper_parameter_tuning_job", "HyperParameterTuningJob"),
    _Kind("training job", "training_job", "TrainingJob"),
    _Kind("transform job", "transform_job", "TransformJob"),
    _Kind("processing job", "processing_job", "ProcessingJob"),
)


def stop_executions(sagemaker: Any, pipeline: str, say: Callable[[str], None], limits: Limits | None = None) -> int:
    """Stops the pipeline's executions and waits until they are: they would go on writing to the bucket.

    Returns:
        How many ran; 0 where there is no such pipeline.

    Raises:
        UserError: one still runs at the end of the time.
    """
    running = list(_executions(sagemaker, pipeline))
    for arn in running:
        say(f"stopping {pipeline}'s execution {arn.rpartition('/')[2]} ...")
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=f"stop-{arn[-12:]:0>32}")
    _wait(lambda: next(_executions(sagemaker, pipeline), None), pipeline, limits or Limits())
    return len(running)


def stop_jobs(sagemaker: Any, bucket: str, say: Callable[[str], None], limits: Limits | None = None) -> list[str]:
    """Stops the tuning, training, transform and processing jobs that use a bucket, and waits until they are stopped.

    A job uses a bucket where its description names an object or prefix of it; its name says nothing certain, for
    one student's id can be part of another's.

    Returns:
        What ran, e.g. ``tuning job xgb-tuning-jane-2rz4ywi4``.

    Raises:
        UserError: one still runs at the end of the time.
    """
    stopped: list[str] = []
    for kind in _KINDS:
        ours = [name for name in _jobs(sagemaker, kind) if _uses(_describe(sagemaker, kind, name), bucket)]
        for name in ours:
            say(f"stopping {kind.said} {name} ...")
            _stop(sagemaker, kind, name)
        for name in ours:
            _wait(
                lambda kind=kind, name=name: _still(sagemaker, kind, name),  # type: ignore[misc]
                f"{kind.said} {name}",
                limits or Limits(),
            )
        stopped += [f"{kind.said} {name}" for name in ours]
    return stopped


def _wait(running: Callable[[], str | None], what: str, limits: Limits) -> None:
    deadline = limits.clock() + limits.seconds
    while running() is not None:
        if limits.clock() > deadline:
            raise UserError(f"{what} still runs {limits.seconds:.0f} s after it was told to stop: try again later")
        limits.sleep(_POLL_SECONDS)


def _jobs(sagemaker: Any, kind: _Kind) -> Iterator[str]:
    for status in _RUNNING:
        for page in sagemaker.get_paginator(f"list_{kind.operation}s").paginate(StatusEquals=status):
            for summary in page[f"{kind.member}Summaries"]:
                yield summary[f"{kind.member}Name"]


def _describe(sagemaker: Any, kind: _Kind, name: str) -> dict[str, Any]:
    found: dict[str, Any] = getattr(sagemaker, f"describe_{kind.operation}")(**{f"{kind.member}Name": name})
    return found


def _still(sagemaker: Any, kind: _Kind, name: str) -> str | None:
    """The job's status while it runs."""
    status = str(_describe(sagemaker, kind, name)[f"{kind.member}Status"])
    return status if status in _RUNNING else None


def _stop(sagemaker: Any, kind: _Kind, name: str) -> None:
    try:
        getattr(sagemaker, f"stop_{kind.operation}")(**{f"{kind.member}Name": name})
    except ClientError as error:
        if error_code(error) != "ValidationException":  # it has ended, or is stopping, meanwhile
            raise


def _uses(described: object, bucket: str) -> bool:
    if isinstance(described, dict):
        return any(_uses(value, bucket) for value in described.values())
    if isinstance(described, list):
        return any(_uses(value, bucket) for value in described)
    return isinstance(described, str) and f"{described}/".startswith(f"s3://{bucket}/")


def _executions(sagemaker: Any, pipeline: str) -> Iterator[str]:
    try:
        for page in sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=pipeline):
            for found in page["PipelineExecutionSummaries"]:
                if found["PipelineExecutionStatus"] in {"Executing", "Stopping"}:
                    yield found["PipelineExecutionArn"]
    except ClientError as error:
        if error_code(error) != "ResourceNotFound":
            raise
