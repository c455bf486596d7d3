"""From an object's bytes to the mini-batches that are sent to a model.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformInput.html (SplitType) and
API_CreateTransformJob.html (BatchStrategy, MaxPayloadInMB). As on AWS a record of CSV ends at a line break, quoted or
not: "Batch transform doesn't support CSV-formatted input that contains embedded newline characters".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["MEBIBYTE", "Batch", "TooLarge", "batches", "split_lines"]

MEBIBYTE = 1024**2
_CHUNK = 1 << 20


class TooLarge(Exception):
    """A record that does not fit into the payload; `line` counts from 1, None where the whole object is the record."""

    def __init__(self, line: int | None, limit: int) -> None:
        super().__init__(line, limit)
        self.line, self.limit = line, limit


@dataclass(frozen=True)
class Batch:
    """What one request carries: `count` records in `body`, of which the first is on line `first` of its object.

    `first` is None where the object is not split.
    """

    body: bytes
    first: int | None
    count: int

    @property
    def where(self) -> str:
        """Where it lies in its object: `line 7`, `lines 1-1000`; empty where the object is one record."""
        if self.first is None:
            return ""
        return f"line {self.first}" if self.count == 1 else f"lines {self.first}-{self.first + self.count - 1}"


def batches(read: Callable[[int], bytes], *, split: bool, single: bool, limit: int) -> Iterator[Batch]:
    """The mini-batches of one object, in order; at most two payloads are in memory.

    read(n) gives up to n bytes and none at the end. split: by line. single: one record each. limit: bytes of a payload,
    0 for no limit. Raises TooLarge.
    """
    if not split:
        yield Batch(_whole(read, limit), None, 1)
    elif single:
        yield from _single(read, limit)
    elif limit:
        yield from _filled(read, limit)
    elif body := _whole(read, 0):
        yield Batch(body, 1, _lines_in(body))


def split_lines(body: bytes) -> list[bytes]:
    """The lines of a body without their ends; \\n and \\r\\n end a line, and nothing else does."""
    lines = body.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return [line[:-1] if line.endswith(b"\r") else line for line in lines]


def _whole(read: Callable[[int], bytes], limit: int) -> bytes:
    parts, size = [], 0
    while chunk := read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if limit and size > limit:
            raise TooLarge(None, limit)
    return b"".join(parts)


def _filled(read: Callable[[int], bytes], limit: int) -> Iterator[Batch]:
    """Whole lines, as many as fit."""
    buffer, line = b"", 1
    while True:
        while len(buffer) <= limit and (chunk := read(_CHUNK)):
            buffer += chunk
        if not buffer:
            return
        # One byte more may be the line's end, which belongs to the payload that it ends.
        cut = len(buffer) if len(buffer) <= limit else buffer.rfind(b"\n", 0, limit) + 1
        if not cut:
            raise TooLarge(line, limit)
        body, buffer = buffer[:cut], buffer[cut:]
        count = _lines_in(body)
        yield Batch(body, line, count)
        line += count


def _single(read: Callable[[int], bytes], limit: int) -> Iterator[Batch]:
    buffer, line = b"", 1
    while chunk := read(_CHUNK):
        *lines, buffer = (buffer + chunk).split(b"\n")
        for text in lines:
            yield _one(text + b"\n", line, limit)
            line += 1
        if limit and len(buffer) > limit:
            raise TooLarge(line, limit)
    if buffer:
        yield _one(buffer, line, limit)


def _one(text: bytes, line: int, limit: int) -> Batch:
    if limit and len(text) > limit:
        raise TooLarge(line, limit)
    return Batch(text, line, 1)


def _lines_in(body: bytes) -> int:
    return body.count(b"\n") + (not body.endswith(b"\n"))
