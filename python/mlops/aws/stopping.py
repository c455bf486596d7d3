"""The end of what runs for a student, before the bucket that it reads and writes is emptied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, is_not_found
from mlops.aws.job_kinds import KINDS, JobKind
from mlops.aws.polling import Polling

__all__ = ["stop_executions", "stop_jobs"]

# AWS gives a container two minutes between SIGTERM and SIGKILL.
_POLLING = Polling(first_seconds=1.0, last_seconds=1.0, limit_seconds=300.0)


def stop_executions(sagemaker: Any, pipeline: str, say: Callable[[str], None], polling: Polling = _POLLING) -> int:
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
    _wait(lambda: next(_executions(sagemaker, pipeline), None), pipeline, polling)
    return len(running)


def stop_jobs(sagemaker: Any, bucket: str, say: Callable[[str], None], polling: Polling = _POLLING) -> list[str]:
    """Stops the tuning, training, transform and processing jobs that use a bucket, and waits until they are stopped.

    A job uses a bucket where its description names an object or prefix of it; its name says nothing certain, for
    one student's id can be part of another's.

    Returns:
        What ran, e.g. ``tuning job xgb-tuning-jane-2rz4ywi4``.

    Raises:
        UserError: one still runs at the end of the time.
    """
    stopped: list[str] = []
    for kind in KINDS:
        ours = [name for name in kind.running_names(sagemaker) if _uses(kind.describe(sagemaker, name), bucket)]
        for name in ours:
            say(f"stopping {kind.word} job {name} ...")
            kind.stop(sagemaker, name)
        for name in ours:
            _wait(
                lambda kind=kind, name=name: _still(sagemaker, kind, name),  # type: ignore[misc]
                f"{kind.word} job {name}",
                polling,
            )
        stopped += [f"{kind.word} job {name}" for name in ours]
    return stopped


def _wait(running: Callable[[], str | None], what: str, polling: Polling) -> None:
    try:
        polling.until(running, lambda still: still is None)
    except TimeoutError as error:
        raise UserError(
            f"{what} still runs {polling.limit_seconds:.0f} s after it was told to stop: try again later"
        ) from error


def _still(sagemaker: Any, kind: JobKind, name: str) -> str | None:
    """The job's status while it runs."""
    described = kind.describe(sagemaker, name)
    return kind.status(described) if kind.running(described) else None


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
        if not is_not_found(error):
            raise
