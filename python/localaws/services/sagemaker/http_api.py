"""SageMaker's HTTP protocol, JSON 1.1."""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from botocore.model import OperationNotFoundError

from localaws.api.errors import AwsError, unknown_operation
from localaws.api.json_text import read_json
from localaws.api.models import operation_model
from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.api.shaping import shape_response
from localaws.iam import Principal
from localaws.services.sagemaker import service

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["serve"]

CONTENT_TYPE = "application/x-amz-json-1.1"
_PREFIX = "SageMaker."
# Operations that change nothing: the log leaves them out.
_READS = ("BatchDescribe", "Describe", "List", "Query", "Search")
_logger = logging.getLogger(__name__)


def serve(stack: Account, request: Request, caller: Principal) -> Response:
    """Execute one request of SageMaker or SageMaker Runtime, which sign alike; raises `AwsError` for a refusal."""
    if request.raw_path.startswith("/endpoints/"):
        from localaws.services.sagemaker.inference import http_api

        return http_api.serve(stack, request, caller)
    operation = _operation(request)
    if request.scope is not None and request.scope.region != stack.region:
        raise AwsError(
            "UnrecognizedRegion",
            f"This local stack is region {stack.region}; the request is for {request.scope.region}. "
            f"Set AWS_REGION and AWS_DEFAULT_REGION to {stack.region}.",
        )
    result = service.call(stack, operation, _body(request), caller)
    if not operation.startswith(_READS):
        _logger.info("%s by %s (%s)", operation, caller.arn, request.attempt)
    text = json.dumps(shape_response(operation_model(operation).output_shape, result))
    return Response(200, text.encode(), {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())})


def _operation(request: Request) -> str:
    """The operation's name; refuses what is no call of SageMaker's API."""
    if not request.target:
        raise unknown_operation("sagemaker", f"{request.method} {request.raw_path}")
    if not request.target.startswith(_PREFIX):
        raise AwsError(
            "UnknownOperationException", f"X-Amz-Target '{request.target}' does not name a SageMaker operation."
        )
    operation = request.target.removeprefix(_PREFIX)
    try:
        operation_model(operation)
    except OperationNotFoundError as error:
        raise AwsError("UnknownOperationException", f"SageMaker has no operation '{operation}'.") from error
    return operation


def _no_constant(text: str) -> float:
    """NaN and infinities, which Python reads and JSON does not have."""
    raise ValueError(f"{text} is not a JSON value")


def _body(request: Request) -> dict[str, Any]:
    """The JSON object of the body (an empty body is an empty object)."""
    content_type = request.headers.get("Content-Type", "").partition(";")[0].strip()
    if content_type != CONTENT_TYPE:
        raise AwsError("SerializationException", f"Content-Type '{content_type}' is not {CONTENT_TYPE}.")
    if not request.body.strip():
        return {}
    try:
        body = read_json(request.body, parse_constant=_no_constant)
    except ValueError as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise AwsError("SerializationException", "The body must be a JSON object.")
    return body
