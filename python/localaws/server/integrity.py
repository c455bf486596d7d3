"""Checksums of bodies: Content-MD5 and `x-amz-checksum-*`.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from localaws.api.errors import AwsError
from localaws.api.request import Request

__all__ = ["check_integrity"]

_PREFIX = "x-amz-checksum-"
# These say something about checksums and are none.
_NOT_VALUES = {f"{_PREFIX}algorithm", f"{_PREFIX}mode", f"{_PREFIX}type"}
_LONGEST_KEY_BYTES = 1024


def _hash(name: str) -> Callable[[bytes], bytes]:
    return lambda body: hashlib.new(name, body, usedforsecurity=False).digest()


def _crc(name: str) -> Callable[[bytes], bytes]:
    def digest(body: bytes) -> bytes:
        from localaws.server import crc  # brings numpy, which most stacks never need

        return crc.ALGORITHMS[name].digest(body)

    return digest


_ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "crc32c": _crc("crc32c"),
    "crc64nvme": _crc("crc64nvme"),
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
}


def check_integrity(request: Request) -> None:
    """Raise S3's refusal where the key is too long or the body is not the one that the request states."""
    if len(unquote_to_bytes(request.raw_path.lstrip("/").partition("/")[2])) > _LONGEST_KEY_BYTES:
        raise AwsError("KeyTooLongError", f"Your key is too long. The longest has {_LONGEST_KEY_BYTES} bytes in UTF-8.")
    stated = [(name.lower(), value) for name, value in (*request.lines, *request.pairs)]
    for value in (value for name, value in stated if name == "content-md5"):
        expected = _decoded(value, 16)
        if expected is None:
            raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if not hmac.compare_digest(_ALGORITHMS["md5"](request.body), expected):
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    if request.method == "POST" and "uploadId" in request.parameters:
        return  # CompleteMultipartUpload states the checksum of the object, whose parts have been checked
    for name, value in stated:
        if name.startswith(_PREFIX) and name not in _NOT_VALUES:
            _check(name.removeprefix(_PREFIX), value, request.body)


def _check(algorithm: str, value: str, body: bytes) -> None:
    digest = _ALGORITHMS.get(algorithm)
    if digest is None:
        raise AwsError("InvalidRequest", f"The local stack cannot verify {_PREFIX}{algorithm}: send crc32 or sha256.")
    actual = digest(body)
    expected = _decoded(value, len(actual))
    if expected is None:
        raise AwsError("InvalidRequest", f"Value for {_PREFIX}{algorithm} header is invalid.")
    if not hmac.compare_digest(actual, expected):
        raise AwsError("BadDigest", f"The {algorithm.upper()} you specified did not match the calculated checksum.")


def _decoded(value: str, length: int) -> bytes | None:
    """The bytes that a Base64 text stands for; None where it does not stand for `length` bytes."""
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == length else None
