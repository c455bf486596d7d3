"""Reads UBJSON as XGBoost writes it. https://ubjson.org, https://github.com/dmlc/xgboost (src/common/json.cc)"""

from __future__ import annotations

import struct
from typing import Any

__all__ = ["read"]

_MAX_DEPTH = 50
_MAX_VALUES = 1_000_000  # a tree of XGBoost has about thirty
# Marker → format of a number; big-endian.
_NUMBERS = {b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q", b"d": ">f", b"D": ">d"}
_INTEGERS = b"iUIlL"
_CONSTANTS = {b"T": True, b"F": False, b"Z": None, b"N": None}


def read(content: bytes) -> Any:
    """The document; an array of numbers of one type is its length in bytes, for models have millions of numbers.

    Raises:
        ValueError: it is not whole, is no UBJSON, or has more than a million values.
    """
    reader = _Reader(content)
    document = reader.value(reader.take(1), 0)
    if reader.position != len(content):
        raise ValueError("there is more behind the document")
    return document


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content, self.position, self._values = content, 0, 0

    def take(self, size: int) -> bytes:
        end = self.position + size
        if not self.position <= end <= len(self._content):
            raise ValueError("the document ends too early")
        taken = self._content[self.position : end]
        self.position = end
        return taken

    def value(self, marker: bytes, depth: int) -> Any:
        self._values += 1
        if depth > _MAX_DEPTH or self._values > _MAX_VALUES:
            raise ValueError("the document is nested too deeply, or has too many values")
        if marker in _NUMBERS:
            return self._number(marker)
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker == b"S":
            return self._text(self.take(1))
        if marker == b"{":
            return self._object(depth)
        if marker == b"[":
            return self._array(depth)
        raise ValueError(f"there is no type {marker!r}")

    def _number(self, marker: bytes) -> Any:
        layout = _NUMBERS[marker]
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def _count(self, marker: bytes) -> int:
        if marker not in _INTEGERS:
            raise ValueError(f"a length has no type {marker!r}")
        return int(self._number(marker))

    def _text(self, marker: bytes) -> str:
        return self.take(self._count(marker)).decode("utf-8")

    def _object(self, depth: int) -> dict[str, Any]:
        found = {}
        while (marker := self.take(1)) != b"}":
            name = self._text(marker)
            found[name] = self.value(self.take(1), depth + 1)
        return found

    def _array(self, depth: int) -> Any:
        marker = self.take(1)
        if marker == b"$":
            layout = _NUMBERS.get(self.take(1))
            if layout is None or self.take(1) != b"#":
                raise ValueError("an array of one type has numbers and a length")
            return len(self.take(self._count(self.take(1)) * struct.calcsize(layout)))
        if marker == b"#":
            # Each item takes at least a byte, so that a length that is not true ends at the document's end.
            return [self.value(self.take(1), depth + 1) for _ in range(self._count(self.take(1)))]
        found = []
        while marker != b"]":
            found.append(self.value(marker, depth + 1))
            marker = self.take(1)
        return found
