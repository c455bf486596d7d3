"""Reads model archives that students made: enough to recognise and distinguish models, in bounded memory."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zlib
from dataclasses import dataclass
from typing import Self

from mlops.validate.xgboost_file import MAX_PARSED_BYTES, is_model

__all__ = ["ModelArchive", "has_file", "read"]

MAX_BYTES = 1 << 30  # of the files of an archive: a small one can unpack to more than any disk
MAX_HEADER_BYTES = 1 << 20  # of a long name or of extended attributes, which tarfile holds in memory
_CHUNK_BYTES = 1 << 20
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


@dataclass(frozen=True)
class ModelArchive:
    """What an archive holds.

    Args:
        fingerprint: the same for archives of the same model, however they were packed: made of the content of its
            models, or of all files where there is no model, not of names, times, owners and the files' order.
        has_model: whether a file in it is a model that XGBoost or scikit-learn saved.
    """

    fingerprint: str
    has_model: bool


def read(content: bytes) -> ModelArchive | None:
    """Reads an archive; ``None`` where it is no gzipped tar archive with a file, or unpacks to more than 1 GiB."""
    files: set[str] = set()
    models: set[str] = set()
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
                beginning = stream.read(MAX_PARSED_BYTES + 1)
                digest = hashlib.sha256(beginning)
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                (models if is_model(beginning) else files).add(digest.hexdigest())
    except _FAULTS:
        return None
    return ModelArchive(" ".join(sorted(models or files)), bool(models)) if models or files else None


def has_file(beginning: bytes) -> bool:
    """Whether the beginning of an archive, which may end anywhere, has a file in it that is not empty."""
    try:
        with _opened(beginning) as archive:
            return any(member.isfile() and member.size > 0 for member in archive)
    except _FAULTS:
        return False


def _opened(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content), mode="r|gz", tarinfo=_Member)
