"""The account that is looked at: read-only clients, and what belongs to one student in it."""

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

from mlops.operate import aws, names
from mlops.operate.errors import CannotLookError, error_code, explain
from mlops.operate.package import split_uri
from mlops.validate.naming import contains, named_for

__all__ = ["Account", "Evidence", "Miss", "Result"]

_READS = ("Get", "List", "Describe", "Head")
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=5, read_timeout=30)


@dataclass(frozen=True)
class Evidence:
    """A thing that was found: its ARN or S3 URI, its state, and the time of that state."""

    subject: str
    status: str
    time: datetime | None = None


@dataclass(frozen=True)
class Result:
    """What a task's check came to. ``remedy`` is the command that mends a miss."""

    passed: bool
    said: str
    evidence: tuple[Evidence, ...] = ()
    remedy: str | None = None


class Miss(Exception):
    """A task is not done: what is missing, the command that mends it, and what was found on the way."""

    def __init__(self, said: str, remedy: str, *evidence: Evidence) -> None:
        super().__init__(said)
        self.result = Result(False, said, evidence, remedy)


class RefusedError(Exception):
    """The account or the stack does not answer this call."""


@dataclass
class Account:
    """One student's part of an account.

    Args:
        student_id: whose work is scored.
        region: overrides the environment's.
    """

    student_id: str
    region: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """Who is looking; the first question asked, so what stops it stops everything.

        Raises:
            CannotLookError: no credentials, no region, or nobody answers.
        """
        try:
            self.client("sagemaker")  # unlike STS it has no endpoint without a region
            return dict(self.client("sts").get_caller_identity())
        except (BotoCoreError, ClientError) as error:
            raise CannotLookError(str(explain(error))) from error

    def client(self, service: str) -> Any:
        """A client that refuses to send anything but Get, List, Describe and Head calls."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=_CONFIG)  # type: ignore[call-overload]
        return self._clients[service]

    @cached_property
    def _session(self) -> boto3.Session:
        session = aws.session(self.region)
        session.events.register("before-call", _only_reads)
        return session

    def ask(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        """One call's answer.

        Raises:
            ClientError: AWS said that there is no such thing, or that the request cannot be.
            RefusedError: this account does not allow the call, or this stack does not know it.
            CannotLookError: the credentials ended meanwhile.
        """
        try:
            return dict(getattr(self.client(service), operation)(**request))
        except (BotoCoreError, ClientError) as error:
            raise _judged(error) from error

    def every(self, service: str, operation: str, key: str, **request: Any) -> Iterator[Any]:
        """The items of a list call over all its pages; raises as ``ask`` does."""
        try:
            for page in self.client(service).get_paginator(operation).paginate(**request):
                yield from page.get(key, [])
        except (BotoCoreError, ClientError) as error:
            raise _judged(error) from error

    def is_hers(self, name: str, arn: str | None = None) -> bool:
        """Whether a thing is this student's: its StudentId tag says so, or, where it has none, its name does.

        ``ann`` owns ``models-ann`` but not ``models-joann``; ``models-ann-lee`` is told apart by its tag. Names of jobs
        are read more closely (see ``named_for``), for those of the SDK and of a student's own scripts have no tag.
        """
        if not contains(self.student_id, name):
            return False
        if arn is not None:
            try:
                tags = self.ask("sagemaker", "list_tags", ResourceArn=arn)["Tags"]
            except (ClientError, RefusedError):
                tags = []
            for tag in tags:
                if tag["Key"] == "StudentId":
                    return bool(tag["Value"] == self.student_id)
        return named_for(self.student_id, name)

    def owns_bucket(self, bucket: str) -> bool:
        """Whether a bucket is the student's: by its name, or by its StudentId tag where Terraform gave it another."""
        if bucket == names.bucket_name(self.student_id):
            return True
        try:
            tags = self.ask("s3", "get_bucket_tagging", Bucket=bucket)["TagSet"]
        except (ClientError, RefusedError):
            return False
        return {"Key": "StudentId", "Value": self.student_id} in tags

    def stored(self, uri: str) -> datetime | None:
        """When the object at an S3 URI was written; ``None`` where there is none, or it is empty."""
        bucket, key = split_uri(uri)
        try:
            head = self.ask("s3", "head_object", Bucket=bucket, Key=key)
        except ClientError:
            return None
        written: datetime = head["LastModified"]
        return written if head["ContentLength"] > 0 else None

    def content(self, uri: str, version: str | None = None) -> bytes:
        """The object at an S3 URI, or one version of it; raises as ``ask`` does."""
        bucket, key = split_uri(uri)
        which = {} if version is None else {"VersionId": version}
        body: bytes = self.ask("s3", "get_object", Bucket=bucket, Key=key, **which)["Body"].read()
        return body


def _only_reads(model: OperationModel, **_: Any) -> None:
    if not model.name.startswith(_READS):
        raise AssertionError(f"the validator only reads, and {model.name} may write")


_NO_SUCH_THING = {"ResourceNotFound", "ResourceNotFoundException", "NoSuchKey", "NoSuchBucket", "404", "NotFound"}


def _judged(error: BotoCoreError | ClientError) -> Exception:
    said = explain(error)
    if isinstance(said, CannotLookError) and isinstance(error, ClientError):
        return said
    if isinstance(error, ClientError) and error_code(error) in _NO_SUCH_THING:
        return error
    if isinstance(error, ClientError) and error_code(error) == "ValidationException" and "not exist" in str(error):
        return error
    return RefusedError(str(said))
