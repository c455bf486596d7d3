"""Who may invoke: every request of SageMaker Runtime is decided on, with the endpoint it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jobs.world import another_account

from localaws.api.request import Request
from localaws.iam import Principal
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
        ("invocations-response-stream", "InvokeEndpointWithResponseStream"),
        ("async-invocations", "InvokeEndpointAsync"),
    ],
)
def test_invocation_is_decided_on(stack: Stack, route: str, action: str) -> None:
    role = "arn:aws:iam::123456789012:role/reader"
    session = Principal("assumed-role", f"{role}/night", "AROA:night", "night", stack.account_id, "ASIA", role)
    request = Request("POST", f"/endpoints/my%2Dendpoint/{route}", "", {}, b"x")
    response = http_api.serve(stack, request, session)
    assert (response.status, response.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
    body: dict[str, Any] = json.loads(response.body)
    assert body["Message"] == (
        f"User: {role}/night is not authorized to perform: sagemaker:{action} on resource: "
        f"arn:aws:sagemaker:us-east-1:{stack.account_id}:endpoint/my-endpoint "
        f"because no identity-based policy allows the sagemaker:{action} action"
    )
