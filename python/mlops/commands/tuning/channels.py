"""The trials' channels: encoded splits, made once for each data set, schema and code."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import names
from mlops.aws.errors import UserError, error_code
from mlops.aws.model_packages import split_uri
from mlops.aws.tuning_names import job_name
from mlops.commands.tuning.published import Published

__all__ = ["ensure", "exist"]

_ENDED = {"Completed", "Failed", "Stopped"}


def exist(s3: Any, published: Published) -> bool:
    """Whether the splits are there, whole: the report is of the last files that preprocessing writes, and is read."""
    for name, file in (("train", "train.csv"), ("validation", "validation.csv"), ("report", "report.json")):
        bucket, key = split_uri(f"{published.output_uri(name)}/{file}")
        try:
            s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error_code(error) not in {"404", "NoSuchKey", "NotFound"}:
                raise
            return False
    return True


def ensure(
    sagemaker: Any,
    s3: Any,
    published: Published,
    student_id: str,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
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
    while True:
        described = sagemaker.describe_processing_job(ProcessingJobName=name)
        status = described["ProcessingJobStatus"]
        if status in _ENDED:
            break
        sleep(1.0)
    if status != "Completed":
        reason = described.get("ExitMessage") or described.get("FailureReason") or "no reason was given"
        raise UserError(f"the splits could not be prepared: {name} {status}: {reason} (its log: mlops logs {name})")
