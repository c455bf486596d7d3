"""Request bodies that an SDK compresses: those of PutMetricData from 10 KB on.

https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

__all__ = ["MAX_BYTES", "uncompressed"]

MAX_BYTES = 20 * 1024**2
_GZIP = zlib.MAX_WBITS | 16


def uncompressed(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body without gzip, by `headers` with title-case names; empty where it is broken or over `MAX_BYTES`."""
    if headers.get("Content-Encoding", "").strip().lower() != "gzip":
        return body
    reader = zlib.decompressobj(_GZIP)
    try:
        content = reader.decompress(body, MAX_BYTES)
    except zlib.error:
        return b""
    return content if reader.eof else b""
