"""The objects of a transform job's input, listed and read as streams."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localaws.services.sagemaker.jobs.s3 import S3, DataError, Place, distinct, nothing_under

__all__ = ["Objects", "Source"]


@dataclass(frozen=True)
class Source:
    """One input object; `relative` is its key below the prefix, or its name in the manifest."""

    place: Place
    relative: str

    @property
    def name(self) -> str:
        """How SageMaker's log names it: bucket/key."""
        return f"{self.place.bucket}/{self.place.key}"


class Objects(S3):
    """S3 as the model's role sees it."""

    def sources(self, uri: str, kind: str) -> list[Source]:
        """The objects under an S3Prefix or of a ManifestFile; raises DataError where there is none."""
        # An output is named after its input: two of one name would be one.
        pairs = distinct(self._manifest(uri) if kind == "ManifestFile" else self._prefix(uri))
        found = [Source(place, relative) for place, relative in pairs]
        if not found:
            raise DataError(nothing_under(uri, self._role_arn, self._region))
        return found

    @contextmanager
    def reader(self, source: Source, compression: str) -> Iterator[Callable[[int], bytes]]:
        """read(n) over the object's content, decompressed; raises DataError, and so does what it gives."""
        place = source.place
        try:
            body: Any = self._client.get_object(Bucket=place.bucket, Key=place.key)["Body"]
        except (ClientError, BotoCoreError) as error:
            raise DataError(f"Unable to download object {place} ({_reason(error)})") from error
        stream: Any = body
        if compression == "Gzip":
            stream = gzip.GzipFile(fileobj=body)

        def read(size: int) -> bytes:
            try:
                return bytes(stream.read(size))
            except (OSError, EOFError, zlib.error) as error:
                if compression == "None":
                    raise DataError(f"Unable to download object {place} ({error})") from error
                raise DataError(f"Unable to decompress {place} as {compression}: {error}") from error
            except BotoCoreError as error:
                raise DataError(f"Unable to download object {place} ({error})") from error

        try:
            yield read
        finally:
            body.close()


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error'].get('Code')}: {error.response['Error'].get('Message', '')}"
    return str(error)
