"""The CreateTransformJob request: what Terraform published, with what the command line changes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mlops.aws.errors import UsageError

__all__ = ["Changes", "build", "job_name", "uri"]


@dataclass(frozen=True)
class Changes:
    """What differs from the published request; None leaves a member as it is there.

    source, target: s3:// URIs or key prefixes of the bucket. payload_mb: largest request. model: its name.
    """

    model: str | None = None
    source: str | None = None
    target: str | None = None
    instance_type: str | None = None
    strategy: str | None = None
    payload_mb: int | None = None
    concurrent: int | None = None
    join: bool | None = None
    input_filter: str | None = None
    output_filter: str | None = None


def job_name(student_id: str, now: datetime) -> str:
    """`batch-transform-{student_id}-{timestamp}`: at most 56 of SageMaker's 63 characters, to the millisecond."""
    moment = now.astimezone(UTC)
    return f"batch-transform-{student_id}-{moment:%Y%m%d-%H%M%S}-{moment.microsecond // 1000:03d}"


def uri(bucket: str, value: str) -> str:
    """An s3:// URI as it is, or a key prefix of `bucket` as one.

    Raises:
        UsageError: it is empty, as an unset variable of a shell is: that would mean the whole bucket.
    """
    if not value.strip("/ "):
        raise UsageError(
            f"{value!r} is no prefix: name one, such as data/batch-input/today/ (the whole bucket is s3://{bucket}/)"
        )
    if value.startswith("s3://"):
        if not value.removeprefix("s3://").partition("/")[0]:
            raise UsageError(
                f"{value!r} names no bucket: write s3://BUCKET/PREFIX, or a prefix of the student's bucket"
            )
        return value
    if "://" in value:
        raise UsageError(f"{value!r} is not in S3: write s3://BUCKET/PREFIX, or a prefix of the student's bucket")
    return f"s3://{bucket}/{value.lstrip('/')}"


def build(request: Mapping[str, Any], changes: Changes, bucket: str, name: str) -> dict[str, Any]:
    """The request for the job `name`, whose output lies in a folder of its own, named like the job."""
    made = copy.deepcopy(dict(request))
    made["TransformJobName"] = name
    if changes.model:
        made["ModelName"] = changes.model
    if changes.source is not None:
        made["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] = uri(bucket, changes.source)
    output = made["TransformOutput"]
    target = output["S3OutputPath"] if changes.target is None else uri(bucket, changes.target)
    output["S3OutputPath"] = f"{target.rstrip('/')}/{name}"
    for member, value in (
        ("BatchStrategy", changes.strategy),
        ("MaxPayloadInMB", changes.payload_mb),
        ("MaxConcurrentTransforms", changes.concurrent),
    ):
        if value is not None:
            made[member] = value
    if changes.instance_type:
        made["TransformResources"]["InstanceType"] = changes.instance_type
    processing = dict(made.pop("DataProcessing", {}))
    if changes.join is not None:
        processing["JoinSource"] = "Input" if changes.join else "None"
    for member, text in (("InputFilter", changes.input_filter), ("OutputFilter", changes.output_filter)):
        if text is not None:
            processing[member] = text
    if processing:
        made["DataProcessing"] = processing
    return made
