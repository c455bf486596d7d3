"""Requests as bytes on the wire: signed by botocore, then changed in ways that no SDK would."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "us-east-1"
JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class Raw:
    """One request; `service` is the signing name, `headers` may repeat a name."""

    service: str
    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def without(self, *names: str) -> Raw:
        return replace(self, headers=tuple(each for each in self.headers if each[0].lower() not in names))

    def plus(self, **headers: str) -> Raw:
        """With more headers (an underscore stands for a hyphen)."""
        return replace(
            self, headers=(*self.headers, *((name.replace("_", "-"), value) for name, value in headers.items()))
        )

    def header(self, name: str) -> str:
        return next(value for each, value in self.headers if each.lower() == name.lower())

    def changed(self, name: str, value: str) -> Raw:
        return self.without(name.lower()).plus(**{name.replace("-", "_"): value})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, behind the error's name where the protocol has it in a header."""
        return self.headers.get("x-amzn-errortype", "") + " " + self.body.decode("utf-8", "replace")


@contextmanager
def signing_at(moment: datetime) -> Iterator[None]:
    """botocore signs with another time than now."""
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        yield


@dataclass(frozen=True)
class Client:
    """Signs and sends raw requests to one address."""

    endpoint_url: str
    access_key_id: str
    secret: str
    token: str | None = None
    late: timedelta = field(default_factory=timedelta)

    def credentials(self, secret: str | None = None) -> Credentials:
        return Credentials(self.access_key_id, secret or self.secret, self.token)

    def sign(self, raw: Raw, *, secret: str | None = None, late: timedelta = timedelta(), region: str = REGION) -> Raw:
        """Signed in the header, as botocore does for the service; `late` is how long ago."""
        signer = S3SigV4Auth if raw.service == "s3" else SigV4Auth
        with signing_at(datetime.now(UTC).replace(tzinfo=None) - late):
            return self._signed(raw, signer(self.credentials(secret), raw.service, region))

    def presign(self, raw: Raw, *, expires: int = 60, secret: str | None = None, late: timedelta = timedelta()) -> Raw:
        """Signed in the query."""
        kind = S3SigV4QueryAuth if raw.service == "s3" else SigV4QueryAuth
        signer = kind(self.credentials(secret), raw.service, REGION, expires=expires)
        if raw.service != "s3":
            signer.payload = lambda request: hashlib.sha256(raw.body).hexdigest()  # type: ignore[method-assign]
        with signing_at(datetime.now(UTC).replace(tzinfo=None) - late):
            # botocore would move the body into the query.
            return replace(self._signed(replace(raw, body=b""), signer), body=raw.body)

    def signed_by(self, raw: Raw, signer: Any) -> Raw:
        return self._signed(raw, signer)

    def _signed(self, raw: Raw, signer: Any) -> Raw:
        request = AWSRequest(raw.method, f"{self.endpoint_url}{raw.target}", data=raw.body, headers=dict(raw.headers))
        signer.add_auth(request)
        parts = urlsplit(str(request.url))
        headers = tuple((str(name), str(value)) for name, value in request.headers.items())
        return replace(raw, path=parts.path or "/", query=parts.query, headers=headers)

    def send(self, raw: Raw, host: str | None = None) -> Answer:
        address = urlsplit(self.endpoint_url).netloc
        connection = http.client.HTTPConnection(address, timeout=60)
        try:
            connection.putrequest(raw.method, raw.target, skip_host=True, skip_accept_encoding=True)
            if not any(name.lower() == "host" for name, _ in raw.headers):
                connection.putheader("Host", host or address)
            if raw.body or raw.method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(raw.body)))
            for name, value in raw.headers:
                connection.putheader(name, value)
            connection.endheaders(raw.body or None)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
        finally:
            connection.close()


def client_of(stack: Any) -> Client:
    """A client with the administrator's keys."""
    return Client(stack.endpoint_url, stack.running.access_key_id, stack.running.secret_access_key)


def _json(service: str, target: str, body: bytes = b"{}") -> Raw:
    return Raw(service, headers=(("Content-Type", JSON), ("X-Amz-Target", target)), body=body)


def _query(service: str, action: str, version: str) -> Raw:
    return Raw(service, headers=(("Content-Type", FORM),), body=f"Action={action}&Version={version}".encode())


# One harmless call of every service that modules, entry points, samples and the stack's pages use, in each protocol.
SERVICES = {
    "sagemaker": _json("sagemaker", "SageMaker.ListModels"),
    "sagemaker-runtime": Raw("sagemaker", path="/endpoints/none/invocations", body=b"1,2"),
    "s3-list-buckets": Raw("s3", "GET"),
    "s3-get": Raw("s3", "GET", "/bucket-of-nobody/a%20b"),
    "s3-put": Raw("s3", "PUT", "/bucket-of-nobody/a%20b", body=b"data"),
    "s3-list": Raw("s3", "GET", "/bucket-of-nobody", "list-type=2&prefix=a%2Fb"),
    "s3-delete": Raw("s3", "DELETE", "/bucket-of-nobody/a"),
    "iam": _query("iam", "ListUsers", "2010-05-08"),
    "sts": _query("sts", "GetCallerIdentity", "2011-06-15"),
    "ec2": _query("ec2", "DescribeVpcs", "2016-11-15"),
    "autoscaling": _query("autoscaling", "DescribeAutoScalingGroups", "2011-01-01"),
    "sns": _query("sns", "ListTopics", "2010-03-31"),
    "cloudwatch-query": _query("monitoring", "ListMetrics", "2010-08-01"),
    "cloudwatch-json": _json("monitoring", "GraniteServiceVersion20100801.ListMetrics"),
    "cloudwatch-cbor": Raw(
        "monitoring",
        path="/service/GraniteServiceVersion20100801/operation/ListMetrics",
        headers=(("Smithy-Protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")),
        body=b"\xa0",
    ),
    "logs": _json("logs", "Logs_20140328.DescribeLogGroups"),
    "events": _json("events", "AWSEvents.ListRules"),
    "sqs": _json("sqs", "AmazonSQS.ListQueues"),
    "dynamodb": _json("dynamodb", "DynamoDB_20120810.ListTables"),
    "application-autoscaling": _json(
        "application-autoscaling",
        "AnyScaleFrontendService.DescribeScalableTargets",
        b'{"ServiceNamespace":"sagemaker"}',
    ),
    "kms": _json("kms", "TrentService.ListKeys"),
    "ssm": _json("ssm", "AmazonSSM.DescribeParameters"),
    "secretsmanager": _json("secretsmanager", "secretsmanager.ListSecrets"),
    "ecr": _json("ecr", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"),
    "codebuild": _json("codebuild", "CodeBuild_20161006.ListProjects"),
    "codepipeline": _json("codepipeline", "CodePipeline_20150709.ListPipelines"),
    "budgets": _json("budgets", "AWSBudgetServiceGateway.DescribeBudgets", b'{"AccountId":"123456789012"}'),
    "lambda": Raw("lambda", "GET", "/2015-03-31/functions/"),
    "scheduler": Raw("scheduler", "GET", "/schedules"),
}
