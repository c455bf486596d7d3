"""Bodies that are streamed in chunks (`aws-chunked`).

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from localaws.api.errors import AwsError
from localaws.api.request import Request

__all__ = ["Chunks", "decode"]

_PLAIN = re.compile(rb"([0-9a-fA-F]{1,16})")
_SIGNED = re.compile(rb"([0-9a-fA-F]{1,16});chunk-signature=([0-9a-f]{64})")
_TRAILER = re.compile(r"(x-amz-[a-z0-9-]+):[ \t]*([!-~]+(?: [!-~]+)*)[ \t]*")
_LONGEST_HEAD = 256
_SIGNATURE = "x-amz-trailer-signature"


@dataclass
class Chunks:
    """A streamed body.  `signatures` has one more than `data`: that of the empty chunk at the end."""

    data: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    trailers: list[tuple[str, str]] = field(default_factory=list)
    trailer_signature: str | None = None


def decode(request: Request, signed: bool, with_trailers: bool) -> Chunks:
    """Read the chunks of the request's body, their signatures not yet verified; raises S3's 400s."""
    chunks, body = Chunks(), request.body
    head = _SIGNED if signed else _PLAIN
    position = size = 0
    while True:
        end = body.find(b"\r\n", position, position + _LONGEST_HEAD)
        found = head.fullmatch(body, position, end) if end >= 0 else None
        if found is None:
            raise _incomplete("A chunk does not begin with its size" + (" and its signature." if signed else "."))
        if signed:
            chunks.signatures.append(found[2].decode())
        length, position = int(found[1], 16), end + 2
        if length == 0:
            break
        if body[position + length : position + length + 2] != b"\r\n":
            raise _incomplete("A chunk does not have the size that it states.")
        chunks.data.append(body[position : position + length])
        size += length
        position += length + 2
    _read_trailers(request, chunks, body[position:], signed and with_trailers, with_trailers)
    if request.header("x-amz-decoded-content-length") != str(size):
        raise _incomplete("X-Amz-Decoded-Content-Length is not the number of bytes in the chunks.")
    return chunks


def _read_trailers(request: Request, chunks: Chunks, rest: bytes, signed: bool, allowed: bool) -> None:
    lines = [line for line in re.split(r"\r?\n", rest.decode("latin-1")) if line]
    found = [_TRAILER.fullmatch(line) for line in lines]
    named = [(match[1], match[2]) for match in found if match is not None]
    if len(named) != len(lines) or (named and not allowed):
        raise _malformed()
    if signed:
        if not named or named[-1][0] != _SIGNATURE:
            raise _malformed()
        chunks.trailer_signature = named.pop()[1]
    announced = [name.strip().lower() for value in request.values("x-amz-trailer") for name in value.split(",")]
    if sorted(name for name, _ in named) != sorted(announced) or any(request.values(name) for name in announced):
        raise _malformed()
    chunks.trailers = named


def _incomplete(reason: str) -> AwsError:
    return AwsError(
        "IncompleteBody",
        f"You did not provide the number of bytes specified by the Content-Length HTTP header. {reason}",
    )


def _malformed() -> AwsError:
    return AwsError(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    )
