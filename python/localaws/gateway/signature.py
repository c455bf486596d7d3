"""Signatures checked as AWS checks them (Signature Version 4, in the header or in a presigned URL).

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from localaws.gateway.request import Request

__all__ = ["is_expired", "is_genuine"]

_AUTHORIZATION = re.compile(
    r"^AWS4-HMAC-SHA256\s+Credential=[^/]+/(?P<scope>\d{8}/[^/]*/[^/]+/aws4_request),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})$"
)
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STAMP = "%Y%m%dT%H%M%SZ"


def is_genuine(request: Request, secret: str) -> bool:
    """Whether the request was signed with `secret`.

    Version 2 (which S3 still takes, and botocore uses for presigned URLs of some regions) is taken on trust.
    """
    if found := _AUTHORIZATION.match(request.headers.get("Authorization", "")):
        stamp = request.headers.get("X-Amz-Date", "")
        payload = request.headers.get("X-Amz-Content-Sha256") or hashlib.sha256(request.body).hexdigest()
        return _matches(request, secret, found["scope"], stamp, found["headers"], payload, found["signature"])
    if "X-Amz-Signature" in request.parameters:
        parameters = request.parameters
        _, _, scope = parameters.get("X-Amz-Credential", "").partition("/")
        payload = _UNSIGNED if scope.split("/")[2:3] == ["s3"] else hashlib.sha256(request.body).hexdigest()
        signed, signature = parameters.get("X-Amz-SignedHeaders", ""), parameters["X-Amz-Signature"]
        return _matches(request, secret, scope, parameters.get("X-Amz-Date", ""), signed, payload, signature)
    return not request.headers.get("Authorization", "").startswith("AWS4-")


def is_expired(request: Request, now: datetime) -> bool:
    """Whether a presigned URL's time is over (False for other requests)."""
    parameters = request.parameters
    if "X-Amz-Expires" in parameters:
        try:
            start = datetime.strptime(parameters.get("X-Amz-Date", ""), _STAMP).replace(tzinfo=UTC)
            return now > start + timedelta(seconds=int(parameters["X-Amz-Expires"]))
        except (ValueError, OverflowError):
            return True
    if "AWSAccessKeyId" in parameters and "Expires" in parameters:
        return not parameters["Expires"].isdigit() or now.timestamp() > int(parameters["Expires"])
    return False


def _matches(request: Request, secret: str, scope: str, stamp: str, signed: str, payload: str, signature: str) -> bool:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    is_s3 = scope.split("/")[2:3] == ["s3"]
    headers = _canonical_headers(request, signed.split(";"))
    for query in _canonical_queries(request.query):
        # Header values and paths reach WSGI as Latin-1, whatever bytes they are.
        canonical = "\n".join(
            [request.method, _canonical_path(request.raw_path, is_s3), query, headers, signed, payload]
        )
        digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
        expected = _hmac(key, "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])).hex()
        if hmac.compare_digest(expected, signature):
            return True
    return False


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_path(path: str, is_s3: bool) -> str:
    """The path as it was sent for S3; normalized and encoded once more for all other services."""
    if is_s3:
        return path
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    slash = "/" if path.endswith("/") and segments else ""
    return quote("/" + "/".join(segments) + slash, safe="/~-._", encoding="latin-1")


def _canonical_queries(query: str) -> Iterable[str]:
    """The sorted query string as it was sent, and encoded anew: clients differ in what they encode."""
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    kept = [(name, value) for name, value in pairs if name != "X-Amz-Signature"]
    yield "&".join(f"{name}={value}" for name, value in sorted(kept))
    encoded = sorted((_encode(name), _encode(value)) for name, value in kept)
    yield "&".join(f"{name}={value}" for name, value in encoded)


def _encode(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _canonical_headers(request: Request, names: list[str]) -> str:
    values = {name.lower(): " ".join(value.split()) for name, value in request.headers.items()}
    return "".join(f"{name}:{values.get(name, '')}\n" for name in names)
