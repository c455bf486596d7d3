"""Signature Version 4: the signature that a request should have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes

from localaws.api.request import Request
from localaws.server.authentication.claim import ALGORITHM, Claim

__all__ = ["chunk_signature", "is_genuine", "signing_key", "trailer_signature"]

_SPACES = re.compile(r"[ \t]+")
# These take the path as it is; all other services normalize it.
_S3 = ("s3", "s3express", "s3-object-lambda", "s3-outposts")
_EMPTY = hashlib.sha256(b"").hexdigest()


def is_genuine(request: Request, claim: Claim, payload: str, secret: str) -> bool:
    """Whether the claim's signature was calculated from this request with `secret`.

    `payload` is the SHA-256 of the body in hexadecimal, or what stands for it in the canonical request.
    """
    headers = _canonical_headers(request, claim.signed_headers)
    if headers is None:
        return False
    key = signing_key(claim, secret)
    signed = ";".join(claim.signed_headers)
    found = False
    for path in _canonical_paths(request.raw_path, claim.scope.service):
        for query in _canonical_queries(request.query):
            # Header values and paths reach WSGI as Latin-1, whatever bytes they are.
            canonical = "\n".join([request.method, path, query, headers, signed, payload])
            digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
            expected = _sign(key, ALGORITHM, claim, digest)
            found |= hmac.compare_digest(expected, claim.signature)
    return found


def chunk_signature(key: bytes, claim: Claim, previous: str, data: bytes) -> str:
    """The signature of a chunk of a streamed body; `previous` is that of the chunk before, or the request's."""
    return _sign(key, f"{ALGORITHM}-PAYLOAD", claim, previous, _EMPTY, hashlib.sha256(data).hexdigest())


def trailer_signature(key: bytes, claim: Claim, previous: str, trailers: bytes) -> str:
    """The signature of a streamed body's trailing headers (each `name:value` and a line feed)."""
    return _sign(key, f"{ALGORITHM}-TRAILER", claim, previous, hashlib.sha256(trailers).hexdigest())


def signing_key(claim: Claim, secret: str) -> bytes:
    """The secret key of one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in _scope(claim).split("/"):
        key = _hmac(key, part)
    return key


def _scope(claim: Claim) -> str:
    scope = claim.scope
    return f"{scope.date}/{scope.region}/{scope.service}/aws4_request"


def _sign(key: bytes, algorithm: str, claim: Claim, *parts: str) -> str:
    return _hmac(key, "\n".join([algorithm, claim.stamp, _scope(claim), *parts])).hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_paths(path: str, service: str) -> Iterator[str]:
    """The path as it was sent, and encoded anew, for S3; normalized and encoded once more for all other services."""
    if service in _S3:
        yield path
        # Clients differ in what they encode.  An encoded slash stays one: it does not end a part of the path.
        yield "/".join(map(_encode, path.split("/")))
        return
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    slash = "/" if path.endswith("/") and segments else ""
    yield quote("/" + "/".join(segments) + slash, safe="/~-._", encoding="latin-1")


def _canonical_queries(query: str) -> Iterator[str]:
    """The sorted query string as it was sent, and encoded anew."""
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    kept = [(name, value) for name, value in pairs if _decode(name) != b"X-Amz-Signature"]
    yield "&".join(f"{name}={value}" for name, value in sorted(kept))
    # A plus sign in a query is a space.
    encoded = sorted((_encode(name.replace("+", " ")), _encode(value.replace("+", " "))) for name, value in kept)
    yield "&".join(f"{name}={value}" for name, value in encoded)


def _encode(text: str) -> str:
    return quote(_decode(text), safe="-_.~")


def _decode(text: str) -> bytes:
    """The bytes that the text stands for, so that two texts are not taken for the same where they are not."""
    return unquote_to_bytes(text.encode("latin-1", "replace"))


def _canonical_headers(request: Request, names: tuple[str, ...]) -> str | None:
    """The signed headers; None where one of them is not there."""
    lines = []
    for name in names:
        values = request.values(name)
        if not values:
            return None
        trimmed = (_SPACES.sub(" ", value.strip(" \t")) for value in values)
        lines.append(f"{name}:{','.join(trimmed)}\n")
    return "".join(lines)
