"""Transform jobs: start one, and read its state."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, error_code, is_not_found, shortened
from mlops.aws.job_kinds import TERMINAL, TRANSFORM

__all__ = ["Job", "read", "start"]

_TRIES = 5


@dataclass(frozen=True)
class Job:
    """A snapshot of a job; `described` is DescribeTransformJob's answer."""

    name: str
    status: str
    described: Mapping[str, Any]

    @property
    def running(self) -> bool:
        """Whether the job can still change."""
        return self.status not in TERMINAL

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
        described = TRANSFORM.describe(sagemaker, name)
    except ClientError as error:
        if is_not_found(error):
            raise UserError(f"no transform job {name!r}: `aws sagemaker list-transform-jobs` lists them") from error
        raise
    return Job(name, TRANSFORM.status(described), described)


def _remedy(message: str) -> str:
    if "Could not find model" in message:
        return " `aws sagemaker list-models` lists the models; `terraform apply` makes the default one."
    return ""
