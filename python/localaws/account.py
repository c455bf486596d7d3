"""A region of an account on this machine: what the services and the server of a stack share."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localaws.api.arns import read_arn
from localaws.iam import Authorizer, ContainerCredentials, RoleSession, RotatingSession, ServicePrincipal
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK
from localaws.motobridge.principals import Principals
from localaws.runtime.visible import hide
from localaws.session import local_session
from localaws.store import Family, Store

if TYPE_CHECKING:
    import boto3
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from localaws.runtime.images import ImageTable

__all__ = ["Account"]


def _now() -> datetime:
    """The time with the millisecond precision that AWS's APIs have."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass
class Account(ABC):
    """Its resources, principals, images, clock and threads.

    `work_dir` holds the jobs' directories and is the stack's own.  `endpoint_url` is where the stack listens; it is set
    before the first request.  `clock` gives aware UTC datetimes.  `shutdown` is set when the stack ends: threads return
    and child processes are killed.
    """

    region: str
    account_id: str
    work_dir: Path
    endpoint_url: str
    config_dir: Path
    partition: str = "aws"
    clock: Callable[[], datetime] = _now
    shutdown: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        # No job sees the keys of the administrator, or other jobs.
        hide(self.work_dir, self.config_dir)
        self.store = Store(self.families, self.region, self.account_id, self.partition, lambda: self.clock())
        self.principals = Principals(self.region, self.account_id, self.partition)
        self.authorizer = Authorizer(self.principals.policies, self._tags)
        self.container_credentials = ContainerCredentials(self.principals, lambda: self.clock())
        self._threads: list[threading.Thread] = []

    @property
    @abstractmethod
    def families(self) -> Mapping[str, Family]:
        """The families of resources that the services keep in `store`."""

    @abstractmethod
    def send(self, prepared: AWSPreparedRequest) -> AWSResponse:
        """Answer a signed request of the stack's own in the calling thread."""

    def _tags(self, arn: str) -> Mapping[str, str]:
        """The tags of a resource of the account, for conditions on them."""
        parts = read_arn(arn)
        if parts is None or parts.service != "sagemaker":
            return self.principals.policies.resource_tags(arn)
        record = self.store.find_by_arn(arn)
        return record.tags if record else {}

    @cached_property
    def images(self) -> ImageTable:
        """What an image URI stands for (read from the package and from the user's own table in `config_dir`)."""
        from localaws.runtime.images import load_images

        return load_images(self.config_dir)

    def assume_role(self, role_arn: str, source_arn: str) -> RoleSession:
        """Temporary credentials that SageMaker obtains for a role, and the principal they make.

        `source_arn`: the job, execution, endpoint, … for which the role is assumed.  Raises AWS's ValidationException
        where the role does not exist or does not let SageMaker assume it.
        """
        service = ServicePrincipal("sagemaker.amazonaws.com", source_arn)
        return self.principals.assume_for_service(role_arn, "SageMaker", service)

    def session_for_role(self, role_arn: str, source_arn: str) -> boto3.Session:
        """A boto3 session with the role's temporary credentials (see `assume_role` and `session`)."""
        return self.session(self.assume_role(role_arn, source_arn))

    def session(self, credentials: RoleSession) -> boto3.Session:
        """A boto3 session with the given credentials, whose clients this stack answers in the calling thread.

        Credentials that expire are renewed before they do, for as long as the role can be assumed.
        """
        rotating = RotatingSession(self.principals, credentials, lambda: self.clock())
        return local_session(credentials, self.region, self.endpoint_url, rotating.current, self.send)

    def container_environment(self, credentials: RoleSession | None) -> dict[str, str]:
        """The variables by which SDKs in a container find this stack, the region and the role's credentials.

        The credentials come from an endpoint, as in AWS's containers, and so outlive any session.  Call
        `container_credentials.close` when the container has ended.
        """
        found = {
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
        }
        if credentials:
            found |= {
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.container_credentials.open(credentials),
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.endpoint_url}/_localaws/credentials",
            }
        return found

    def put_logs(self, group: str, stream: str, lines: Iterable[str]) -> None:
        """Append lines, stamped with the present time, to a CloudWatch Logs stream, made if need be."""
        backend = backends.logs(self.account_id, self.region)
        stamp = int(time.time() * 1000)
        events = [{"timestamp": stamp, "message": line} for line in lines]
        with MOTO_LOCK:
            backend.ensure_log_group(group)
            backend.ensure_log_stream(group, stream)
            if events:
                backend.put_log_events(group, stream, events)

    def put_metrics(self, namespace: str, data: list[dict[str, Any]]) -> None:
        """Publish CloudWatch metrics: `data` is that of PutMetricData, its time stamps with a time zone."""
        backend = backends.cloudwatch(self.account_id, self.region)
        # moto compares times in UTC that do not say so.
        naive = [{**datum, "Timestamp": datum["Timestamp"].astimezone(UTC).replace(tzinfo=None)} for datum in data]
        with MOTO_LOCK:
            backend.put_metric_data(namespace, naive)

    def spawn(self, name: str, function: Callable[[], None]) -> threading.Thread:
        """Run `function` in a background thread; it must return soon after `shutdown` is set."""
        thread = threading.Thread(target=function, name=name, daemon=True)
        self._threads = [running for running in self._threads if running.is_alive()]
        self._threads.append(thread)
        thread.start()
        return thread

    def close(self, timeout_seconds: float = 10.0) -> None:
        """Set `shutdown` and wait for the background threads, together at most `timeout_seconds`."""
        self.shutdown.set()
        deadline = time.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
