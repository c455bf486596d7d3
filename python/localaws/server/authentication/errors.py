"""The refusals of AWS's front door, with the names and the wording of the service that was called."""

from __future__ import annotations

from datetime import datetime

from localaws.api.errors import AwsError
from localaws.api.protocols import protocol_of
from localaws.api.request import Request

__all__ = [
    "body_mismatch",
    "expired_key",
    "expired_request",
    "incomplete",
    "invalid_key",
    "invalid_token",
    "missing_signature",
    "skewed",
    "unsigned_headers",
    "wrong_signature",
]

_QUERY = ("query", "ec2")
_STAMP = "%Y%m%dT%H%M%SZ"


def _is_s3(request: Request) -> bool:
    return protocol_of(request) == "rest-xml"


def _named(request: Request, query: str, json: str) -> str:
    """The error's name in the query protocols and in the JSON ones."""
    return query if protocol_of(request) in _QUERY else json


def invalid_key(request: Request) -> AwsError:
    """An access key that AWS does not know, or whose session token is wrong."""
    if _is_s3(request):
        return AwsError(
            "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", status=403
        )
    code = _named(request, "InvalidClientTokenId", "UnrecognizedClientException")
    return AwsError(code, "The security token included in the request is invalid.", status=403)


def invalid_token(request: Request) -> AwsError:
    """A session token that is not the access key's."""
    if _is_s3(request):
        return AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.")
    return invalid_key(request)


def expired_key(request: Request) -> AwsError:
    """Temporary credentials whose time is over."""
    if _is_s3(request):
        return AwsError("ExpiredToken", "The provided token has expired.")
    code = _named(request, "ExpiredToken", "ExpiredTokenException")
    return AwsError(code, "The security token included in the request is expired", status=403)


def wrong_signature(request: Request, reason: str = "") -> AwsError:
    """A signature that was not calculated from this request with the access key's secret."""
    code = "SignatureDoesNotMatch" if _is_s3(request) else _wrong(request)
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method."
    )
    return AwsError(code, reason or message, status=403)


def _wrong(request: Request) -> str:
    return _named(request, "SignatureDoesNotMatch", "InvalidSignatureException")


def missing_signature(request: Request) -> AwsError:
    """A request without a signature."""
    if _is_s3(request):
        if request.headers.get("Content-Type", "").startswith("multipart/form-data"):
            message = "The local stack takes no browser forms (presigned POST): use a presigned PUT URL."
            return AwsError("AccessDenied", message, status=403)
        return AwsError("AccessDenied", "Access Denied", status=403)
    if protocol_of(request) in _QUERY:
        return AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", status=403)
    return AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", status=403)


def incomplete(request: Request, s3_code: str, message: str) -> AwsError:
    """A signature that cannot be read; S3 has several names for that."""
    if _is_s3(request):
        return AwsError(s3_code, message, status=403 if s3_code == "AccessDenied" else 400)
    return AwsError(_named(request, "IncompleteSignature", "IncompleteSignatureException"), message, status=403)


def skewed(request: Request, signed: datetime, now: datetime) -> AwsError:
    """A request whose date is too far from the clock."""
    if _is_s3(request):
        message = "The difference between the request time and the current time is too large."
        return AwsError("RequestTimeTooSkewed", message, status=403)
    late = f"Signature expired: {signed:{_STAMP}} is now earlier than {now:{_STAMP}} - 15 min."
    early = f"Signature not yet current: {signed:{_STAMP}} is still later than {now:{_STAMP}} + 15 min."
    return AwsError(_wrong(request), late if signed < now else early, status=403)


def expired_request(request: Request) -> AwsError:
    """A presigned URL whose time is over."""
    if _is_s3(request):
        return AwsError("AccessDenied", "Request has expired", status=403)
    return AwsError(_wrong(request), "Signature expired: Request has expired", status=403)


def unsigned_headers(request: Request, names: list[str]) -> AwsError:
    """Headers that a signature must cover and does not."""
    listed = ", ".join(names)
    if _is_s3(request):
        message = f"There were headers present in the request which were not signed: {listed}"
        return AwsError("AccessDenied", message, status=403)
    return AwsError(_wrong(request), f"'{listed}' must be a 'SignedHeader' in the AWS Authorization.", status=403)


def body_mismatch(request: Request) -> AwsError:
    """A body that is not the one whose SHA-256 the request states."""
    if _is_s3(request):
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        return AwsError("XAmzContentSHA256Mismatch", message)
    return wrong_signature(request)
