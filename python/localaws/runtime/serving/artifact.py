"""model.tar.gz: brought from S3 and unpacked, whatever it holds, without leaving its folder.

The file comes from whoever may write to a bucket, so it is taken for hostile: nothing is written outside the folder, no
link leads out of it, and size, number of members and time are bounded.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from localaws.api.s3_urls import bucket_and_key
from localaws.runtime.folders import PathRefused, components
from localaws.runtime.serving.archive_limits import BoundedStream, Limits, Refused

if TYPE_CHECKING:
    import boto3

__all__ = ["ArtifactError", "Limits", "download", "extract"]

_CHUNK = 1 << 20
_KEPT_FREE_BYTES = 1 << 28
_MODEL = "/opt/ml/model/"  # where a model finds itself, when it is trained and when it is served


class ArtifactError(Exception):
    """A model artifact that cannot be used; the message names it and says why."""


def download(session: boto3.Session, url: str, destination: Path, container: str = "") -> str:
    """Copy the object at `url` (s3://bucket/key, or HTTPS) to the file `destination`; its ETag.

    Raises ArtifactError in SageMaker's words, with the whole URL, where it is missing or may not be read. `container`
    is how SageMaker calls the container (`container_1`).
    """
    named = f' for container "{container}"' if container else ""
    bucket, key = bucket_and_key(url) or ("", "")
    if not key:
        raise ArtifactError(f'Model data{named} is at "{url}", which is not of the form s3://bucket/key.')
    client: Any = session.client("s3")
    try:
        answer = client.get_object(Bucket=bucket, Key=key)
        with destination.open("wb") as file:
            for chunk in answer["Body"].iter_chunks(_CHUNK):
                file.write(chunk)
    except (ClientError, BotoCoreError) as error:
        destination.unlink(missing_ok=True)
        raise ArtifactError(
            f'Failed to download model data{named} from URL: "{url}". Please ensure that there is an object located at '
            f"the URL and that the role passed to CreateModel has permissions to download the object. ({error})"
        ) from error
    return str(answer["ETag"]).strip('"')


def extract(archive: Path, destination: Path, name: str = "", limits: Limits | None = None) -> None:
    """Unpack a gzip-compressed tar file into the folder `destination`, which must be missing or empty.

    `name` is what messages call the archive (default: its file name). Raises ArtifactError, and then leaves no folder.
    """
    try:
        destination.mkdir(parents=True, exist_ok=True)
        _Extraction(archive, destination, limits or Limits()).run()
    except Refused as error:
        shutil.rmtree(destination)
        raise ArtifactError(f"Model artifact {name or archive.name} {error}") from error


class _Extraction:
    def __init__(self, archive: Path, destination: Path, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        self._root = destination.resolve()
        self._files = 0

    def run(self) -> None:
        try:
            with gzip.open(self._archive) as stream:
                bounded = BoundedStream(stream, self._archive.stat().st_size, self._limits)  # type: ignore[arg-type]
                with tarfile.open(fileobj=bounded, mode="r:") as tar:  # type: ignore[call-overload]
                    self._members(tar, bounded)
                while bounded.read(_CHUNK):
                    pass  # to the checksum at the end
        except (gzip.BadGzipFile, zlib.error, EOFError, tarfile.TarError) as error:
            raise Refused(self._unreadable(error)) from error
        except OSError as error:
            raise Refused(f"cannot be unpacked: {error.strerror or error}.") from error
        self._check_links()
        if not self._files:
            raise Refused("holds no file.")

    def _unreadable(self, error: Exception) -> str:
        with self._archive.open("rb") as file:
            start = file.read(2)
        if not start:
            return "is empty."
        if start != b"\x1f\x8b":
            return "is not gzip-compressed; make it with `tar czf model.tar.gz -C FOLDER .`"
        if isinstance(error, EOFError):
            return "is truncated: it ends in the middle of the compressed data."
        if isinstance(error, tarfile.TarError):
            return f"is not a tar file inside its gzip compression, or a damaged one ({error})."
        return f"is damaged: {error}."

    def _members(self, tar: tarfile.TarFile, bounded: BoundedStream) -> None:
        for number, member in enumerate(tar, start=1):
            if number > self._limits.members:
                raise Refused(f"has more than the {self._limits.members} members that are allowed.")
            # A sparse file is larger than what is read of it, so declared sizes count besides what comes.
            bounded.count(member.size)
            self._member(tar, member)

    def _member(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        target = self._place(member.name)
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            return
        if target == self._root:
            raise Refused(f"has a member {member.name!r} that is no folder.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink() or target.is_file():
            target.unlink()  # a later member of the same name replaces an earlier one, and never what a link leads to
        if member.issym():
            link = member.linkname
            if link.startswith(_MODEL):
                link = os.path.relpath(self._root / link.removeprefix(_MODEL), target.parent)
            self._inside(target.parent, link, member.name)
            target.symlink_to(link)
        elif member.islnk():
            source = self._place(member.linkname)
            if not source.is_file():
                raise Refused(f"links {member.name!r} to {member.linkname!r}, which is no file in it.")
            os.link(source, target)
        elif member.isreg():
            self._write(tar, member, target)
        else:
            raise Refused(f"holds {member.name!r}, a device or pipe: only files, folders and links inside are allowed.")
        self._files += 1

    def _write(self, tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
        if shutil.disk_usage(self._root).free - member.size < _KEPT_FREE_BYTES:
            raise Refused(f"does not fit on the disk: {member.name!r} has {member.size} bytes.")
        source = tar.extractfile(member)
        assert source is not None
        with target.open("xb") as file:
            left = member.size
            while left > 0:
                chunk = source.read(min(_CHUNK, left))
                if not chunk:
                    raise Refused(f"is truncated: {member.name!r} lacks {left} of its {member.size} bytes.")
                file.write(chunk)
                left -= len(chunk)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)

    def _place(self, name: str) -> Path:
        """Where a member goes; raises Refused for a name that is not plainly inside."""
        if name.startswith("/"):
            raise Refused(f"holds the absolute path {name!r}.")
        if ".." in Path(name).parts:
            raise Refused(f"holds {name!r}, which leads out of its folder.")
        place = self._root / name
        if place == self._root:
            return place
        try:
            components("/".join(Path(name).parts))
        except PathRefused as error:
            raise Refused(f"holds {name!r}: the name {error}.") from error
        parent = Path(os.path.realpath(place.parent))
        if parent != self._root and self._root not in parent.parents:
            raise Refused(f"holds {name!r}, which a link leads out of its folder.")
        return parent / place.name

    def _inside(self, folder: Path, link: str, name: str) -> None:
        if "\0" in link:
            raise Refused(f"links {name!r} to {link!r}, which has a null byte in it.")
        leads = Path(os.path.realpath(folder / link))
        if link.startswith("/") or (leads != self._root and self._root not in leads.parents):
            raise Refused(f"links {name!r} to {link!r}, outside of its folder.")

    def _check_links(self) -> None:
        """Again at the end: a later member may have changed where an earlier link leads."""
        for folder, folders, files in os.walk(self._root):
            for entry in (Path(folder, name) for name in (*folders, *files)):
                if entry.is_symlink():
                    self._inside(entry.parent, str(entry.readlink()), str(entry.relative_to(self._root)))
