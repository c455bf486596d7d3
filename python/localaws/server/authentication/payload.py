"""The body that a signature covers: its SHA-256, or what stands for it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace

from localaws.api.errors import AwsError
from localaws.api.request import Request
from localaws.server.authentication.chunks import Chunks, decode
from localaws.server.authentication.claim import Claim
from localaws.server.authentication.errors import body_mismatch, wrong_signature
from localaws.server.authentication.version4 import chunk_signature, signing_key, trailer_signature

__all__ = ["check_body", "stated_payload"]

_UNSIGNED = "UNSIGNED-PAYLOAD"
_STREAMING_UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_S3_LITERALS = (_UNSIGNED, _STREAMING_UNSIGNED, _STREAMING, f"{_STREAMING}-TRAILER")
_HASH = re.compile(r"[0-9a-fA-F]{64}")


def stated_payload(request: Request, claim: Claim) -> str:
    """What the canonical request has for the body; raises AWS's refusal for what no body can have.

    Only S3 takes bodies that are not signed.
    """
    is_s3 = claim.scope.service == "s3"
    stated = request.header("x-amz-content-sha256")
    if stated is None and claim.in_query:
        stated = request.parameters.get("X-Amz-Content-Sha256", _UNSIGNED if is_s3 else None)
    if stated is None:
        return _digest(request)
    if _HASH.fullmatch(stated) is None and not (is_s3 and stated in _S3_LITERALS):
        if not is_s3:
            raise body_mismatch(request)
        listed = ", ".join(_S3_LITERALS)
        raise AwsError("InvalidArgument", f"x-amz-content-sha256 must be {listed}, or a valid sha256 value.")
    return stated


def check_body(request: Request, claim: Claim, payload: str, secret: str) -> Request:
    """The request with its body as the client meant it; raises where the body is not the one that was signed."""
    if _HASH.fullmatch(payload):
        if not hmac.compare_digest(_digest(request), payload.lower()):
            raise body_mismatch(request)
        return request
    if payload == _UNSIGNED:
        return request
    chunks = decode(request, signed=payload != _STREAMING_UNSIGNED, with_trailers=payload != _STREAMING)
    if payload != _STREAMING_UNSIGNED:
        _check_chunks(request, claim, chunks, secret)
    headers = dict(request.headers) | {name.title(): value for name, value in chunks.trailers}
    encodings = [each.strip() for each in headers.pop("Content-Encoding", "").split(",")]
    if kept := [each for each in encodings if each and each != "aws-chunked"]:
        headers["Content-Encoding"] = ",".join(kept)
    body = b"".join(chunks.data)
    headers["Content-Length"] = str(len(body))
    return replace(request, body=body, headers=headers, lines=(*request.lines, *chunks.trailers))


def _check_chunks(request: Request, claim: Claim, chunks: Chunks, secret: str) -> None:
    """Each signature goes on from the one before, the first from that of the request."""
    key, previous = signing_key(claim, secret), claim.signature
    for data, signature in zip([*chunks.data, b""], chunks.signatures, strict=True):
        expected = chunk_signature(key, claim, previous, data)
        if not hmac.compare_digest(expected, signature):
            raise wrong_signature(request)
        previous = signature
    if chunks.trailer_signature is not None:
        trailers = "".join(f"{name}:{value}\n" for name, value in chunks.trailers)
        expected = trailer_signature(key, claim, previous, trailers.encode("latin-1", "replace"))
        if not hmac.compare_digest(expected, chunks.trailer_signature):
            raise wrong_signature(request)


def _digest(request: Request) -> str:
    return hashlib.sha256(request.body).hexdigest()
