"""What an archive may grow to when it is unpacked, enforced while it is read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import IO

__all__ = ["BoundedStream", "Limits", "Refused"]

_CHUNK = 1 << 20
_LONGEST_HEADER_BYTES = 1 << 20  # of a name, a link or extended attributes; tarfile reads them into memory


@dataclass(frozen=True)
class Limits:
    """What an archive may grow to.

    `ratio` (unpacked to packed size) counts above `ratio_from_bytes` only: small files of zeros are no harm.
    """

    unpacked_bytes: int = 16 << 30
    ratio: int = 200
    ratio_from_bytes: int = 256 << 20
    members: int = 100_000
    seconds: float = 600.0


class Refused(Exception):
    """The end of the sentence that begins with the artifact's name."""


class BoundedStream:
    """The unpacked bytes of an archive, read forward only, with the limits enforced as they come.

    tarfile asks for no step back: it reads a header, its data, and goes on to the next header.
    """

    def __init__(self, stream: IO[bytes], packed_bytes: int, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._most = max(limits.ratio_from_bytes, packed_bytes * limits.ratio)
        self._deadline = time.monotonic() + limits.seconds
        self._position = self._declared = 0

    def read(self, size: int) -> bytes:
        if size > _LONGEST_HEADER_BYTES:
            raise Refused(f"has a header of {size} bytes; at most {_LONGEST_HEADER_BYTES} are allowed.")
        data = self._stream.read(size)
        self._position += len(data)
        self._check(self._position)
        if time.monotonic() > self._deadline:
            raise Refused(f"was not unpacked within {self._limits.seconds:g} s.")
        return data

    def count(self, size: int) -> None:
        """Take note of a member's declared size."""
        self._declared += size
        self._check(self._declared)

    def _check(self, size: int) -> None:
        if size > self._limits.unpacked_bytes:
            raise Refused(f"unpacks to more than the {self._limits.unpacked_bytes} bytes that are allowed.")
        if size > self._most:
            raise Refused(
                f"unpacks to more than {self._limits.ratio} times its own size, which only a decompression bomb does."
            )

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> int:
        while self._position < position and self.read(min(_CHUNK, position - self._position)):
            pass
        return self._position
