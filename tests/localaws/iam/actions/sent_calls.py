"""The requests that boto3 makes of a call, and what they need."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from localaws.api.request import Request
from localaws.iam.actions import Account, Call, needs, read_call

ACCOUNT = Account("111122223333", "us-east-1")
ROLE = "arn:aws:iam::111122223333:role/mlops/job"


class _Sent(Exception):
    """Carries the request instead of sending it."""


def _send(request: Any, **_: Any) -> AWSResponse:
    raise _Sent(request)


@cache
def _client(service: str) -> Any:
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    config = Config(parameter_validation=False, inject_host_prefix=False)
    client = boto3.client(service, endpoint_url="http://127.0.0.1:1", config=config, **keys)
    client.meta.events.register("before-send.*", _send)
    return client


def sent_request(service: str, operation: str, **arguments: Any) -> Request:
    """The request for an operation by its API name, as it would come over the wire."""
    try:
        _client(service)._make_api_call(operation, arguments)
    except _Sent as sent:
        prepared = sent.args[0]
        headers = {
            name: value.decode() if isinstance(value, bytes) else str(value) for name, value in prepared.headers.items()
        }
        body = prepared.body or b""
        return Request.read(
            prepared.method, prepared.url, headers, body.encode() if isinstance(body, str) else bytes(body)
        )
    raise AssertionError(f"boto3 sent no request for {service}:{operation}")


def call_of(request: Request) -> Call:
    """The request as the server hands it over."""
    assert request.scope is not None
    return read_call(
        request.scope.service,
        request.operation,
        method=request.method,
        raw_path=request.raw_path,
        query=request.query,
        headers=request.headers,
        form=request.form,
        body=request.body,
    )


def needs_of(service: str, operation: str, **arguments: Any) -> list[tuple[str, str]]:
    """The action and resource of each need of a boto3 call."""
    call = call_of(sent_request(service, operation, **arguments))
    return [(need.action, need.resource) for need in needs(call, ACCOUNT)]


def context_of(service: str, operation: str, **arguments: Any) -> dict[str, tuple[str, ...]]:
    """The condition keys of the first need of a boto3 call."""
    return dict(needs(call_of(sent_request(service, operation, **arguments)), ACCOUNT)[0].context)
