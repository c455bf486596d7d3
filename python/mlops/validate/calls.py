"""Read-only calls to the account that is graded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from mlops.aws import clients
from mlops.aws.errors import CannotLookError, error_code, explain, is_not_found
from mlops.aws.s3 import split_uri
from mlops.validate.results import UnansweredError

__all__ = ["Calls"]

_READS = ("Get", "List", "Describe", "Head")
# Enough attempts for a class that is graded while it works; a call that is throttled for longer ends the grading.
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=30)
_MAX_BYTES = 64 * 1024**2
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}


@dataclass
class Calls:
    """Get, List, Describe and Head calls, for the grading of one student.

    Args:
        student_id: whose work is graded.
        region: overrides the environment's.
    """

    student_id: str
    region: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """The caller's identity; the first call, so that what prevents it prevents the grading.

        Raises:
            CannotLookError: no credentials, no region, or the endpoint cannot be reached.
        """
        try:
            self.client("sagemaker")  # unlike STS it has no endpoint without a region
            return dict(self.client("sts").get_caller_identity())
        except (BotoCoreError, ClientError) as error:
            raise CannotLookError(str(explain(error))) from error

    @property
    def region_name(self) -> str:
        """The region that is graded."""
        return str(self.client("sagemaker").meta.region_name)

    def client(self, service: str) -> Any:
        """A client that refuses to send anything but Get, List, Describe and Head calls."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=_CONFIG)  # type: ignore[call-overload]
        return self._clients[service]

    @cached_property
    def _session(self) -> boto3.Session:
        session = clients.session(self.region)
        session.events.register("before-call", _only_reads)
        return session

    def ask(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        """One call's answer.

        Raises:
            ClientError: there is no such resource.
            UnansweredError: this account denies the call, or this stack does not implement it.
            CannotLookError: the credentials expired, AWS throttles the caller, or the endpoint became unreachable.
        """
        try:
            return dict(getattr(self.client(service), operation)(**request))
        except (BotoCoreError, ClientError) as error:
            raise self._classified(error) from error

    def every(self, service: str, operation: str, key: str, **request: Any) -> Iterator[Any]:
        """The items of a list call over all its pages; raises as ``ask`` does."""
        try:
            for page in self.client(service).get_paginator(operation).paginate(**request):
                yield from page.get(key, [])
        except (BotoCoreError, ClientError) as error:
            raise self._classified(error) from error

    def stored(self, uri: str) -> datetime | None:
        """When the object at an S3 URI was written; ``None`` where there is none, or it is empty."""
        bucket, key = split_uri(uri)
        try:
            head = self.ask("s3", "head_object", Bucket=bucket, Key=key)
        except ClientError:
            return None
        written: datetime = head["LastModified"]
        return written if head["ContentLength"] > 0 else None

    def content(self, uri: str, version: str | None = None, max_bytes: int = _MAX_BYTES) -> bytes:
        """The object at an S3 URI, or one version of it, at most ``max_bytes`` of it; raises as ``ask`` does."""
        bucket, key = split_uri(uri)
        which = {} if version is None else {"VersionId": version}
        body: bytes = self.ask("s3", "get_object", Bucket=bucket, Key=key, **which)["Body"].read(max_bytes)
        return body

    def _classified(self, error: BotoCoreError | ClientError) -> Exception:
        """The exception that stands for a failed call."""
        explained = explain(error)
        if isinstance(error, ClientError):
            if isinstance(explained, CannotLookError):
                return explained
            if error_code(error) in _THROTTLED:
                return CannotLookError(f"{explained}: AWS throttles this account's calls, grade again later")
            return error if is_not_found(error) else UnansweredError(str(explained))
        if isinstance(explained, CannotLookError):
            # One service can be missing in a region. When STS does not answer either, there is nothing to grade.
            try:
                self.client("sts").get_caller_identity()
            except (BotoCoreError, ClientError):
                return explained
        return UnansweredError(str(explained))


def _only_reads(model: OperationModel, **_: Any) -> None:
    if not model.name.startswith(_READS):
        raise AssertionError(f"the validator only reads, and {model.name} may write")
