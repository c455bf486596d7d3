"""Errors in the protocol of the service that was called."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from typing import Protocol as Interface
from xml.sax.saxutils import escape

from localaws.errors import AwsError
from localaws.gateway.request import Request

__all__ = [
    "Parts",
    "Protocol",
    "Response",
    "error_response",
    "expired_key",
    "invalid_key",
    "missing_signature",
    "protocol_of",
    "wrong_signature",
]

Protocol = Literal["json", "query", "ec2", "rest-xml", "rest-json"]
_REST_XML = {"s3", "s3express", "route53", "cloudfront"}


class Parts(Interface):
    """A body that comes piece by piece; `close` is called at its end, and where nobody waits for its end."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


@dataclass
class Response:
    """What goes back: an HTTP status, headers and the body, whole or in `parts` that are sent as they come."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    parts: Parts | None = None


def protocol_of(request: Request) -> Protocol:
    """The protocol that the request speaks."""
    service = request.scope.service if request.scope else ""
    if request.target:
        return "json"
    if service in _REST_XML:
        return "rest-xml"
    if "Action" in request.form:
        return "ec2" if service == "ec2" else "query"
    # Nothing tells the service of an unsigned request without a target or an action: only S3 is asked like that.
    return "rest-json" if service else "rest-xml"


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


def invalid_key(request: Request) -> AwsError:
    """AWS's error for an access key that it does not know, by protocol."""
    protocol = protocol_of(request)
    if protocol == "rest-xml":
        return AwsError(
            "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", status=403
        )
    code = "InvalidClientTokenId" if protocol in ("query", "ec2") else "UnrecognizedClientException"
    return AwsError(code, "The security token included in the request is invalid.", status=403)


def expired_key(request: Request) -> AwsError:
    """AWS's error for temporary credentials whose time is over, by protocol."""
    protocol = protocol_of(request)
    if protocol == "rest-xml":
        return AwsError("ExpiredToken", "The provided token has expired.")
    code = "ExpiredToken" if protocol in ("query", "ec2") else "ExpiredTokenException"
    return AwsError(code, "The security token included in the request is expired", status=403)


def wrong_signature(request: Request) -> AwsError:
    """AWS's error for a signature that was not made with the access key's secret, by protocol."""
    code = "InvalidSignatureException" if protocol_of(request) in ("json", "rest-json") else "SignatureDoesNotMatch"
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method."
    )
    return AwsError(code, message, status=403)


def missing_signature(request: Request) -> AwsError:
    """AWS's error for a request without a signature, by protocol."""
    protocol = protocol_of(request)
    if protocol == "rest-xml":
        return AwsError("AccessDenied", "Access Denied", status=403)
    if protocol in ("query", "ec2"):
        return AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", status=403)
    return AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", status=403)
