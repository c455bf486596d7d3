"""What is in a model archive that somebody else has made: enough to tell models apart, and no more memory than that."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zlib

__all__ = ["fingerprint"]

_MOST_BYTES = 1 << 30  # of the files of an archive: a small one can be made that unpacks to more than any disk
_CHUNK_BYTES = 1 << 20
_MODEL = "xgboost-model"


def fingerprint(content: bytes) -> str | None:
    """A text that is the same for archives of the same model, however they were packed.

    It is made of the content of ``xgboost-model``, or of all files where there is none of that name, and not of times,
    owners and the files' order.

    Returns:
        ``None`` where the content is no gzipped tar archive with a file in it that is not empty, or unpacks to more
        than 1 GiB.
    """
    found: dict[str, str] = {}
    left = _MOST_BYTES
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as archive:
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
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return None
    if _MODEL in found:
        return found[_MODEL]
    return " ".join(sorted(found.values())) or None
