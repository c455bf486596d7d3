"""Reads CBOR (RFC 8949), in which smithy-rpc-v2-cbor sends requests."""

from __future__ import annotations

import struct
from typing import Any

__all__ = ["loads"]

_MAX_DEPTH = 100
_INDEFINITE = 31
_LENGTH_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_BREAK = object()


def loads(data: bytes) -> Any:
    """The value that `data` holds; a tagged one (a timestamp) without its tag.  Raises ValueError for anything else."""
    reader = _Reader(data)
    value = reader.item(0)
    if value is _BREAK or reader.position != len(data):
        raise ValueError("The data is not one CBOR item.")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def item(self, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise ValueError(f"CBOR is nested deeper than {_MAX_DEPTH} levels.")
        first = self._take(1)[0]
        kind, info = first >> 5, first & 31
        if kind == 7:
            return self._simple(info)
        if kind in (2, 3):
            data = self._string(kind, info, depth)
            return data if kind == 2 else data.decode("utf-8")
        if kind == 4:
            return self._items(info, depth)
        if kind == 5:
            return self._map(info, depth)
        number = self._number(info)
        if kind == 6:
            return self._value(depth)
        return number if kind == 0 else -1 - number

    def _take(self, size: int) -> bytes:
        taken = self._data[self.position : self.position + size]
        if len(taken) != size:
            raise ValueError("CBOR ends in the middle of an item.")
        self.position += size
        return taken

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        if info not in _LENGTH_BYTES:
            raise ValueError(f"CBOR has no length {info}.")
        return int.from_bytes(self._take(_LENGTH_BYTES[info]), "big")

    def _simple(self, info: int) -> Any:
        if info == _INDEFINITE:
            return _BREAK
        if info in _FLOATS:
            return struct.unpack(_FLOATS[info], self._take(_LENGTH_BYTES[info]))[0]
        if info not in _SIMPLE:
            raise ValueError(f"CBOR has no simple value {info}.")
        return _SIMPLE[info]

    def _value(self, depth: int) -> Any:
        value = self.item(depth + 1)
        if value is _BREAK:
            raise ValueError("CBOR has a break outside an indefinite item.")
        return value

    def _string(self, kind: int, info: int, depth: int) -> bytes:
        if info != _INDEFINITE:
            return self._take(self._number(info))
        chunks = []
        while (chunk := self.item(depth + 1)) is not _BREAK:
            if not isinstance(chunk, bytes if kind == 2 else str):
                raise ValueError("A CBOR string has a chunk of another type.")
            chunks.append(chunk if isinstance(chunk, bytes) else chunk.encode())
        return b"".join(chunks)

    def _items(self, info: int, depth: int) -> list[Any]:
        items: list[Any] = []
        if info == _INDEFINITE:
            while (item := self.item(depth + 1)) is not _BREAK:
                items.append(item)
            return items
        for _ in range(self._number(info)):
            items.append(self._value(depth))
        return items

    def _map(self, info: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        left = None if info == _INDEFINITE else self._number(info)
        while left is None or left > 0:
            key = self.item(depth + 1)
            if key is _BREAK and left is None:
                break
            if not isinstance(key, str):
                raise ValueError("A CBOR map has a key that is no text.")
            found[key] = self._value(depth)
            left = None if left is None else left - 1
        return found
