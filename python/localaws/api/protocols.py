"""Errors in the protocol of the service that was called."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape

from localaws.api.errors import AwsError
from localaws.api.request import Request

__all__ = [
    "Protocol",
    "Response",
    "error_response",
    "protocol_of",
]

Protocol = Literal["json", "cbor", "query", "ec2", "rest-xml", "rest-json"]
_REST_XML = {"s3", "s3express", "route53", "cloudfront"}
# SageMaker Runtime, Lambda, EventBridge Scheduler.
_REST_JSON_PATH = re.compile(r"/(endpoints|[0-9]{4}-[0-9]{2}-[0-9]{2}|schedules|schedule-groups)/")


@dataclass
class Response:
    """What goes back: an HTTP status, headers and the body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def protocol_of(request: Request) -> Protocol:
    """The protocol that the request speaks."""
    service = request.scope.service if request.scope else ""
    if request.headers.get("Smithy-Protocol") == "rpc-v2-cbor":
        return "cbor"
    if request.target:
        return "json"
    if service in _REST_XML:
        return "rest-xml"
    if "Action" in request.form:
        return "ec2" if service == "ec2" else "query"
    # Only its path tells the service of an unsigned request without a target or an action; any other path may be S3's.
    return "rest-json" if service or _REST_JSON_PATH.match(request.raw_path) else "rest-xml"


def error_response(request: Request, error: AwsError) -> Response:
    """`error` as an AWS service of the request's protocol would send it."""
    protocol = protocol_of(request)
    request_id = str(uuid.uuid4())
    code, message = escape(error.code), escape(error.message)
    headers = {"x-amzn-RequestId": request_id}
    if protocol == "json":
        version = "1.0" if "json-1.0" in request.headers.get("Content-Type", "") else "1.1"
        headers |= {"Content-Type": f"application/x-amz-json-{version}", "x-amzn-ErrorType": error.code}
        text = json.dumps({"__type": error.code, "message": error.message})
    elif protocol == "cbor":
        headers |= {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
        body = b"\xa2" + b"".join(map(_cbor_text, ("__type", error.code, "message", error.message)))
        return Response(error.status, body, headers)
    elif protocol == "rest-json":
        headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        text = json.dumps({"message": error.message, "Message": error.message, "Type": "User"})
    else:
        headers |= {"Content-Type": "text/xml" if protocol != "rest-xml" else "application/xml"}
        fault = "Sender" if error.status < 500 else "Receiver"
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            + {
                "query": (
                    f"<ErrorResponse><Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                    f"<RequestId>{request_id}</RequestId></ErrorResponse>"
                ),
                "ec2": (
                    f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
                    f"<RequestID>{request_id}</RequestID></Response>"
                ),
                "rest-xml": (
                    f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
                ),
            }[protocol]
        )
    return Response(error.status, b"" if request.method == "HEAD" else text.encode(), headers)


def _cbor_text(text: str) -> bytes:
    """A text string as CBOR (RFC 8949), with its length in two bytes."""
    data = text.encode("utf-8", "replace")[:0xFFFF]
    return b"\x79" + len(data).to_bytes(2, "big") + data
