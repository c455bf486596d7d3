"""SageMaker Runtime's HTTP protocol: POST /endpoints/{name}/invocations."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import unquote

from localaws.containers.serving import Invocation
from localaws.errors import AwsError
from localaws.gateway.protocols import Response
from localaws.gateway.request import Request
from localaws.iam import AccessRequest, Principal, decide
from localaws.sagemaker.hosting.endpoint import HostedEndpoint
from localaws.sagemaker.hosting.invocation import ModelError, invoke, runtime_error, stream

if TYPE_CHECKING:
    from localaws.stack import Stack

__all__ = ["serve"]

_PATH = re.compile(r"/endpoints/([^/]+)/([a-z-]+)$")
_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
    "invocations-bidirectional-stream": "InvokeEndpointWithBidirectionalStream",
}
# The API model's limits of SageMaker Runtime.
_MOST_BYTES = 6_291_456
_MOST_SERVERLESS_BYTES = 4_194_304
_HEADER = "X-Amzn-Sagemaker-"
_NAME = (63, r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*", re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9])*"))
_PRINTABLE = (r"\A\S[\p{Print}]*\z", re.compile(r"[!-~][ -~]*"))
# Greatest length, the pattern as the model spells it, and in Python's syntax.
_LIMITS = {
    "Custom-Attributes": (1024, r"\p{ASCII}*", re.compile(r"[\x00-\x7f]*")),
    "Target-Model": (1024, *_PRINTABLE),
    "Target-Variant": _NAME,
    "Target-Container-Hostname": _NAME,
    "Inference-Id": (64, *_PRINTABLE),
}
_REFUSED = {
    "Session-Id": "stateful sessions",
    "Enable-Explanations": "online explainability",
    "Inference-Component": "inference components",
}


def serve(stack: Stack, request: Request, caller: Principal) -> Response:
    """Answer a request of SageMaker Runtime, its refusals included."""
    request_id = str(uuid.uuid4())
    try:
        return _serve(stack, request, caller, request_id)
    except AwsError as error:
        return _refusal(error, request_id)


def _serve(stack: Stack, request: Request, caller: Principal, request_id: str) -> Response:
    found = _PATH.match(request.raw_path)
    operation = _OPERATIONS.get(found[2]) if found else None
    if not found or operation is None or request.method != "POST":
        raise AwsError("UnknownOperationException", f"SageMaker Runtime has no {request.method} {request.raw_path}.")
    name = unquote(found[1])
    decide(
        AccessRequest(
            caller,
            "sagemaker",
            "InvokeEndpointAsync" if operation == "InvokeEndpointAsync" else "InvokeEndpoint",
            stack.region,
            method=request.method,
            path=request.raw_path,
            headers=request.headers,
            parameters={"EndpointName": name},
        ),
        stack.principals.policies,
    )
    record = stack.store.find("Endpoint", name)
    endpoint = None if record is None else record.internal.get("hosted")
    if not isinstance(endpoint, HostedEndpoint) or not endpoint.invocable:
        raise runtime_error(f"Endpoint {name} of account {stack.account_id} not found.")
    if operation not in ("InvokeEndpoint", "InvokeEndpointWithResponseStream"):
        raise runtime_error(
            f"The local stack does not implement {operation}: use InvokeEndpoint, or run this against AWS."
        )
    if operation == "InvokeEndpointWithResponseStream":
        return _stream(endpoint, request, request_id)
    answer = invoke(endpoint, *_invocation(endpoint, request, "Accept"))
    result = answer.result
    sent = {"x-amzn-RequestId": request_id, "x-Amzn-Invoked-Production-Variant": answer.variant}
    if result.content_type:
        sent["Content-Type"] = result.content_type
    if result.custom_attributes is not None:
        sent[_HEADER + "Custom-Attributes"] = result.custom_attributes
    return Response(200, result.body, sent)


def _stream(endpoint: HostedEndpoint, request: Request, request_id: str) -> Response:
    answer = stream(endpoint, *_invocation(endpoint, request, _HEADER + "Accept"))
    sent = {
        "Content-Type": "application/vnd.amazon.eventstream",
        "x-amzn-RequestId": request_id,
        "x-Amzn-Invoked-Production-Variant": answer.variant,
    }
    if answer.result.content_type:
        sent[_HEADER + "Content-Type"] = answer.result.content_type
    if custom := answer.result.headers.get("x-amzn-sagemaker-custom-attributes"):
        sent[_HEADER + "Custom-Attributes"] = custom
    return Response(200, headers=sent, parts=answer.messages)


def _invocation(endpoint: HostedEndpoint, request: Request, accept: str) -> tuple[Invocation, str | None]:
    """What to ask, and the target variant; `accept` is the header that the operation has for the accepted type."""
    most = _MOST_SERVERLESS_BYTES if endpoint.serverless else _MOST_BYTES
    if len(request.body) > most:
        raise AwsError("413", f"HTTP content length exceeded {most} bytes.", 413)
    headers = request.headers
    for header, what in _REFUSED.items():
        if _HEADER + header in headers:
            raise runtime_error(f"The local stack does not serve {what}: leave out X-Amzn-SageMaker-{header}.")
    given = {header: _checked(header, headers.get(_HEADER + header)) for header in _LIMITS}
    return (
        Invocation(
            request.body,
            headers.get("Content-Type", ""),
            headers.get(accept, ""),
            given["Custom-Attributes"],
            given["Target-Model"],
            given["Target-Container-Hostname"],
            given["Inference-Id"],
        ),
        given["Target-Variant"],
    )


def _checked(header: str, value: str | None) -> str | None:
    """A header's value within the API's limits."""
    if value is None:
        return None
    most, pattern, compiled = _LIMITS[header]
    member = header.replace("-", "")
    member = member[0].lower() + member[1:]
    if len(value) > most:
        raise runtime_error(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must "
            f"have length less than or equal to {most}"
        )
    if not compiled.fullmatch(value):
        raise runtime_error(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must "
            f"satisfy regular expression pattern: {pattern}"
        )
    return value


def _refusal(error: AwsError, request_id: str) -> Response:
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": request_id,
        "x-amzn-ErrorType": error.code,
    }
    document = {"Message": error.message, "message": error.message}
    if isinstance(error, ModelError):
        document |= error.members
    return Response(error.status, json.dumps(document).encode(), headers)
