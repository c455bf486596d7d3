"""Reads model archives that others made: enough to tell models apart, in bounded memory."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zlib
from typing import Self

__all__ = ["fingerprint", "has_file"]

MAX_BYTES = 1 << 30  # of the files of an archive: a small one can unpack to more than any disk
MAX_HEADER_BYTES = 1 << 20  # of a long name or of extended attributes, which tarfile holds in memory
_CHUNK_BYTES = 1 << 20
_MODEL = "xgboost-model"
_HEADERS = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_FAULTS = (tarfile.TarError, EOFError, OSError, ValueError, zlib.error)


class _Member(tarfile.TarInfo):
    """A member whose header is small, and which is stored whole (a sparse file's map is read into memory, too)."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type == tarfile.GNUTYPE_SPARSE or (member.type in _HEADERS and member.size > MAX_HEADER_BYTES):
            raise tarfile.ReadError("the archive's headers are not those of a model archive")
        return member


def fingerprint(content: bytes) -> str | None:
    """A text that is the same for archives of the same model, however they were packed.

    It is made of the content of ``xgboost-model``, or of all files where there is none of that name, and not of times,
    owners and the files' order.

    Returns:
        ``None`` where the content is no gzipped tar archive with a file in it that is not empty, or unpacks to more
        than 1 GiB.
    """
    found: dict[str, str] = {}
    left = MAX_BYTES
    try:
        with _opened(content) as archive:
            for member in archive:
                left -= member.size
                if left < 0:
                    return None
                stream = archive.extractfile(member) if member.isfile() and member.size else None
                if stream is None:
                    continue
                digest = hashlib.sha256()
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                found[member.name.removeprefix("./")] = digest.hexdigest()
    except _FAULTS:
        return None
    if _MODEL in found:
        return found[_MODEL]
    return " ".join(sorted(found.values())) or None


def has_file(beginning: bytes) -> bool:
    """Whether the beginning of an archive, which may end anywhere, has a file in it that is not empty."""
    try:
        with _opened(beginning) as archive:
            return any(member.isfile() and member.size > 0 for member in archive)
    except _FAULTS:
        return False


def _opened(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content), mode="r|gz", tarinfo=_Member)
