"""Messages of AWS's event stream encoding (https://smithy.io/2.0/aws/amazon-eventstream.html)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

__all__ = ["encode"]

_STRING = 7
_FRAME_BYTES = 16  # two lengths and two checksums


def encode(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message with string headers."""
    packed = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", len(packed) + len(payload) + _FRAME_BYTES, len(packed))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + packed + payload
    return message + struct.pack(">I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">B", len(key)) + key + struct.pack(">BH", _STRING, len(text)) + text
