"""Who may invoke: every request of SageMaker Runtime is decided on, with the endpoint it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jobs.world import another_account

from localaws.api.errors import access_denied
from localaws.api.request import Request
from localaws.iam import AccessRequest
from localaws.services.sagemaker.inference import http_api
from localaws.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stack without a server, in an account that no other test of this process has."""
    folder: Path = tmp_path_factory.mktemp("access")
    return Stack("us-east-1", another_account(), folder, "http://127.0.0.1:1", folder)


@pytest.mark.parametrize(
    ("route", "action"),
    [
        ("invocations", "InvokeEndpoint"),
        ("invocations-response-stream", "InvokeEndpoint"),
        ("async-invocations", "InvokeEndpointAsync"),
    ],
)
def test_invocation_is_decided_on(stack: Stack, monkeypatch: pytest.MonkeyPatch, route: str, action: str) -> None:
    seen: list[AccessRequest] = []

    def refuse(request: AccessRequest, policies: object) -> None:
        seen.append(request)
        raise access_denied("not you")

    monkeypatch.setattr(http_api, "decide", refuse)
    request = Request("POST", f"/endpoints/my%2Dendpoint/{route}", "", {}, b"x")
    response = http_api.serve(stack, request, stack.principals.administrator())
    assert (response.status, response.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
    body: dict[str, Any] = json.loads(response.body)
    assert body["Message"] == "not you"
    (asked,) = seen
    assert (asked.service, asked.operation, asked.parameters) == ("sagemaker", action, {"EndpointName": "my-endpoint"})
