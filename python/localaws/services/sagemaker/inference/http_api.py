"""SageMaker Runtime's HTTP protocol: POST /endpoints/{name}/invocations."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import unquote

from localaws.api.errors import AwsError
from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.iam import AccessRequest, Principal, decide
from localaws.runtime.serving import Invocation
from localaws.services.sagemaker.deployments.endpoint import HostedEndpoint
from localaws.services.sagemaker.inference.async_queue import AsyncRequest
from localaws.services.sagemaker.inference.invocation import ModelError, invoke, most_bytes, runtime_error

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["serve"]

_PATH = re.compile(r"/endpoints/([^/]+)/([a-z-]+)$")
_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
    "invocations-bidirectional-stream": "InvokeEndpointWithBidirectionalStream",
}
# The API model's limits of SageMaker Runtime.
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
# Those that InvokeEndpointAsync adds; the names are as they come out of WSGI, which loses their case.
_ASYNC_LIMITS = {
    "Accept": (1024, r"\p{ASCII}*", re.compile(r"[\x00-\x7f]*")),
    "Content-Type": (1024, r"\p{ASCII}*", re.compile(r"[\x00-\x7f]*")),
    "Filename": (32, r"^(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9-_\.]*$", re.compile(r"(?!.*\..*\.)[a-zA-Z0-9][\w.-]*", re.A)),
    "Inputlocation": (1024, r"^(https|s3)://([^/]+)/?(.*)$", re.compile(r"(https|s3)://([^/]+)/?(.*)")),
    "S3Outputpathextension": (
        512,
        r"^(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+$",
        re.compile(r"(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+"),
    ),
}
_MEMBERS = {"Inputlocation": "inputLocation", "S3Outputpathextension": "s3OutputPathExtension"}
_MOST_QUEUED_BYTES = 128_000
_REFUSED = {
    "Session-Id": "stateful sessions",
    "Enable-Explanations": "online explainability",
    "Inference-Component": "inference components",
}


def serve(stack: Account, request: Request, caller: Principal) -> Response:
    """Answer a request of SageMaker Runtime, its refusals included."""
    request_id = str(uuid.uuid4())
    try:
        return _serve(stack, request, caller, request_id)
    except AwsError as error:
        return _refusal(error, request_id)


def _serve(stack: Account, request: Request, caller: Principal, request_id: str) -> Response:
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
    if operation == "InvokeEndpointAsync":
        return _queue(endpoint, request, request_id)
    if operation != "InvokeEndpoint":
        raise runtime_error(
            f"The local stack does not implement {operation}: use InvokeEndpoint, or run this against AWS."
        )
    if endpoint.asynchronous:
        raise runtime_error(
            f"Endpoint {name} is asynchronous: its configuration has AsyncInferenceConfig. Use InvokeEndpointAsync."
        )
    answer = invoke(endpoint, *_invocation(endpoint, request), most=most_bytes(endpoint))
    result = answer.result
    sent = {"x-amzn-RequestId": request_id, "x-Amzn-Invoked-Production-Variant": answer.variant}
    if result.content_type:
        sent["Content-Type"] = result.content_type
    if result.custom_attributes is not None:
        sent[_HEADER + "Custom-Attributes"] = result.custom_attributes
    return Response(200, result.body, sent)


def _queue(endpoint: HostedEndpoint, request: Request, request_id: str) -> Response:
    given = {header: _checked(header, request.headers.get(_HEADER + header)) for header in (*_LIMITS, *_ASYNC_LIMITS)}
    location = given["Inputlocation"]
    if (location is None) != bool(request.body):
        raise runtime_error("Give the input either as InputLocation, an S3 URI, or as Body.")
    if location is not None and not location.startswith("s3://"):
        raise runtime_error(f"InputLocation '{location}' is not of the form s3://bucket/key, which the stack reads.")
    if len(request.body) > _MOST_QUEUED_BYTES:
        raise runtime_error(f"Body has {len(request.body)} bytes, more than {_MOST_QUEUED_BYTES}: use InputLocation.")
    output, failure = endpoint.requests.locations(given["S3Outputpathextension"], given["Filename"])
    inference_id = given["Inference-Id"] or str(uuid.uuid4())
    endpoint.requests.put(
        AsyncRequest(
            location or "",
            request.body,
            given["Content-Type"] or "",
            given["Accept"] or "",
            given["Custom-Attributes"],
            inference_id,
            output,
            failure,
            _seconds(request, "Requestttlseconds", 60, 21_600, 21_600),
            _seconds(request, "Invocationtimeoutseconds", 1, 3600, 900),
            endpoint.stack.clock(),
        )
    )
    sent = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, _HEADER + "OutputLocation": output}
    if failure:
        sent[_HEADER + "FailureLocation"] = failure
    return Response(202, json.dumps({"InferenceId": inference_id}).encode(), sent)


def _seconds(request: Request, header: str, least: int, most: int, default: int) -> int:
    text = request.headers.get(_HEADER + header)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        member = {"R": "requestTTLSeconds", "I": "invocationTimeoutSeconds"}[header[0]]
        raise runtime_error(
            f"1 validation error detected: Value '{text}' at '{member}' failed to satisfy constraint: Member must be "
            f"between {least} and {most}"
        )
    return int(text)


def _invocation(endpoint: HostedEndpoint, request: Request) -> tuple[Invocation, str | None]:
    """What to ask, and the target variant."""
    most = most_bytes(endpoint)
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
            headers.get("Accept", ""),
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
    most, pattern, compiled = _LIMITS.get(header) or _ASYNC_LIMITS[header]
    member = _MEMBERS.get(header) or header[0].lower() + header[1:].replace("-", "")
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
