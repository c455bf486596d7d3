"""One transform job: start it, look at it, count what it has written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import NOT_FOUND, UserError, error_code, shortened
from mlops.aws.model_packages import split_uri

__all__ = ["Job", "bucket_exists", "count_lines", "objects_under", "read", "start"]

_TRIES = 5
_ENDED = frozenset({"Completed", "Failed", "Stopped"})
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Job:
    """A snapshot of a job; `described` is DescribeTransformJob's answer."""

    name: str
    status: str
    described: Mapping[str, Any]

    @property
    def running(self) -> bool:
        """Whether the job can still change."""
        return self.status not in _ENDED

    @property
    def failure(self) -> str | None:
        """Why it failed, in SageMaker's words."""
        reason: str | None = self.described.get("FailureReason")
        return reason

    @property
    def source(self) -> str:
        """The S3 URI that its input lies under."""
        return str(self.described["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])

    @property
    def target(self) -> str:
        """The S3 URI that its output lies under."""
        return str(self.described["TransformOutput"]["S3OutputPath"])

    def seconds(self, now: datetime | None = None) -> float:
        """How long it has run, from its creation."""
        end = self.described.get("TransformEndTime") or now or datetime.now(UTC)
        return max(0.0, float((end - self.described["CreationTime"]).total_seconds()))


def start(
    sagemaker: Any,
    make: Callable[[str], Mapping[str, Any]],
    name: Callable[[], str],
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Create a job from `make(name)`; its name. A name that is taken is made anew.

    Raises:
        UserError: SageMaker refuses the request.
    """
    for left in reversed(range(_TRIES)):
        chosen = name()
        try:
            sagemaker.create_transform_job(**make(chosen))
            return chosen
        except ClientError as error:
            code, message = error_code(error), error.response["Error"].get("Message", "")
            if code == "ResourceInUse" and left:
                pause(0.002)
                continue
            if code in {"ValidationException", "ResourceLimitExceeded", "ResourceInUse"}:
                raise UserError(f"the transform job did not start: {shortened(message)}{_remedy(message)}") from error
            raise
    raise AssertionError("the last try returns or raises")


def read(sagemaker: Any, name: str) -> Job:
    """The job as it is now.

    Raises:
        UserError: there is no such job.
    """
    try:
        described = sagemaker.describe_transform_job(TransformJobName=name)
    except ClientError as error:
        if error_code(error) in NOT_FOUND:
            raise UserError(f"no transform job {name!r}: `aws sagemaker list-transform-jobs` lists them") from error
        raise
    return Job(name, described["TransformJobStatus"], described)


def bucket_exists(s3: Any, bucket: str) -> bool:
    """Whether there is such a bucket; of one that the caller may not ask about the job will tell."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        return error_code(error) not in {"404", "NoSuchBucket", "NotFound"}
    return True


def objects_under(s3: Any, uri: str) -> Iterator[tuple[str, int]]:
    """(key, bytes) of every object under a prefix, folders left out."""
    bucket, prefix = split_uri(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            if not found["Key"].endswith("/"):
                yield found["Key"], found["Size"]


def count_lines(s3: Any, bucket: str, key: str) -> int:
    """The lines of an object, read as a stream."""
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    count, last = 0, b"\n"
    for chunk in body.iter_chunks(_CHUNK):
        count += chunk.count(b"\n")
        last = chunk[-1:] or last
    return count + (last != b"\n")


def _remedy(message: str) -> str:
    if "Could not find model" in message:
        return " `aws sagemaker list-models` lists the models; `terraform apply` makes the default one."
    return ""
