"""The trials' channels: encoded splits, made once for each data set, schema and code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mlops.aws import names
from mlops.aws.errors import UserError
from mlops.aws.job_kinds import PROCESSING
from mlops.aws.polling import Polling
from mlops.aws.s3 import exists
from mlops.aws.tuning_names import job_name
from mlops.commands.tuning.published import Published

__all__ = ["ensure", "exist"]

_POLLING = Polling(last_seconds=5.0)


def exist(s3: Any, published: Published) -> bool:
    """Whether the splits are there, whole: the report is of the last files that preprocessing writes, and is read."""
    files = {"train": "train.csv", "validation": "validation.csv", "report": "report.json"}
    return all(exists(s3, f"{published.output_uri(name)}/{file}") for name, file in files.items())


def ensure(
    sagemaker: Any,
    s3: Any,
    published: Published,
    student_id: str,
    say: Callable[[str], None],
    polling: Polling = _POLLING,
) -> None:
    """Runs the preprocessing job unless its outputs are there.

    Raises:
        UserError: the job failed; the message has its reason and how to read its log.
    """
    if exist(s3, published):
        say(f"Splits: {published.output_uri('train').rpartition('/')[0]}")
        return
    name = job_name(student_id, datetime.now(UTC), attempt=1) + "-splits"
    sagemaker.create_processing_job(ProcessingJobName=name, Tags=names.tags(student_id), **published.preprocessing)
    say(f"Splits: preparing them with processing job {name} ...")
    described = polling.until(lambda: PROCESSING.describe(sagemaker, name), lambda found: not PROCESSING.running(found))
    status = PROCESSING.status(described)
    if status != "Completed":
        reason = described.get("ExitMessage") or described.get("FailureReason") or "no reason was given"
        raise UserError(f"the splits could not be prepared: {name} {status}: {reason} (its log: mlops logs {name})")
