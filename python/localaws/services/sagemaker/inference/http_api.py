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
from localaws.iam import AccessRequest, Principal
from localaws.runtime.serving import Invocation
from localaws.services.sagemaker.inference.async_queue import AsyncQueue
from localaws.services.sagemaker.inference.async_request import AsyncRequest
from localaws.services.sagemaker.inference.endpoint import InvocableEndpoint
from localaws.services.sagemaker.inference.headers import PREFIX, async_headers, invocation_headers, seconds
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
    asked = AccessRequest(
        caller, "sagemaker", "", stack.region, method=request.method, path=request.raw_path, headers=request.headers
    )
    stack.authorizer.decide(asked)
    record = stack.store.find("Endpoint", name)
    endpoint = record.internal.get("hosted") if record else None
    if record is None or not isinstance(endpoint, InvocableEndpoint) or not endpoint.invocable:
        raise runtime_error(f"Endpoint {name} of account {stack.account_id} not found.")
    if operation == "InvokeEndpointAsync":
        return _queue(endpoint, record.internal["requests"], request, request_id)
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
        sent[PREFIX + "Custom-Attributes"] = result.custom_attributes
    return Response(200, result.body, sent)


def _queue(endpoint: InvocableEndpoint, queue: AsyncQueue, request: Request, request_id: str) -> Response:
    given = async_headers(request.headers)
    location = given["Inputlocation"]
    if (location is None) != bool(request.body):
        raise runtime_error("Give the input either as InputLocation, an S3 URI, or as Body.")
    if location is not None and not location.startswith("s3://"):
        raise runtime_error(f"InputLocation '{location}' is not of the form s3://bucket/key, which the stack reads.")
    if len(request.body) > _MOST_QUEUED_BYTES:
        raise runtime_error(f"Body has {len(request.body)} bytes, more than {_MOST_QUEUED_BYTES}: use InputLocation.")
    output, failure = queue.locations(given["S3Outputpathextension"], given["Filename"])
    inference_id = given["Inference-Id"] or str(uuid.uuid4())
    queue.put(
        AsyncRequest(
            location or "",
            request.body,
            given["Content-Type"] or "",
            given["Accept"] or "",
            given["Custom-Attributes"],
            inference_id,
            output,
            failure,
            seconds(request.headers, "Requestttlseconds", 60, 21_600, 21_600),
            seconds(request.headers, "Invocationtimeoutseconds", 1, 3600, 900),
            endpoint.stack.clock(),
        )
    )
    sent = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, PREFIX + "OutputLocation": output}
    if failure:
        sent[PREFIX + "FailureLocation"] = failure
    return Response(202, json.dumps({"InferenceId": inference_id}).encode(), sent)


def _invocation(endpoint: InvocableEndpoint, request: Request) -> tuple[Invocation, str | None]:
    """What to ask, and the target variant."""
    most = most_bytes(endpoint)
    if len(request.body) > most:
        raise AwsError("413", f"HTTP content length exceeded {most} bytes.", 413)
    headers = request.headers
    for header, what in _REFUSED.items():
        if PREFIX + header in headers:
            raise runtime_error(f"The local stack does not serve {what}: leave out X-Amzn-SageMaker-{header}.")
    given = invocation_headers(headers)
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
