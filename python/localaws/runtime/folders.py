"""Folders that a job writes to as well: names from outside are checked, and no link in them is followed.

The stack works outside of the job's sandbox, on folders in which the running job can replace any entry by a link at any
moment. So a path is opened step by step from a descriptor, each step refusing links
(https://man7.org/linux/man-pages/man2/openat.2.html), and a descriptor once opened stays what it was.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Entry", "Folder", "FolderError", "PathRefused", "components"]

MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 4096  # Linux's PATH_MAX: the job itself cannot name what lies deeper
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class PathRefused(ValueError):
    """A name that is no path inside a folder; the message goes on from the name ("has …", "is …")."""


class FolderError(Exception):
    """What lies at a path is not what it must be; the message names the path."""


def components(name: str) -> tuple[str, ...]:
    """The folder and file names of a relative path, such as the rest of an S3 key; raises PathRefused.

    These are the rules of https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html
    """
    parts = tuple(name.split("/"))
    if not name:
        raise PathRefused("is empty, and a file needs a name")
    if not parts[-1]:
        raise PathRefused("ends with '/', and a file needs a name")
    for part in parts:
        if not part:
            raise PathRefused("has an illegal char sub-sequence '//' in it")
        if part in (".", ".."):
            raise PathRefused(f"has the file or directory name {part!r} in it")
        if part.isspace():
            raise PathRefused("has a blank file or directory name in it")
        if "\0" in part:
            raise PathRefused("has a null byte in it")
        try:
            size = len(os.fsencode(part))
        except UnicodeEncodeError as error:
            raise PathRefused("is not UTF-8") from error
        if size > MAX_NAME_BYTES:
            raise PathRefused(
                f"has a file or directory name of {size} bytes in it, and {MAX_NAME_BYTES} are the most allowed"
            )
    return parts


@dataclass(frozen=True)
class Entry:
    """Something below a folder, not followed where it is a link."""

    parts: tuple[str, ...]
    status: os.stat_result

    @property
    def path(self) -> str:
        return "/".join(self.parts)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.status.st_mode)

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    @property
    def stamp(self) -> tuple[int, int]:
        """What changes when a file is written."""
        return self.status.st_mtime_ns, self.status.st_size


class Folder:
    """An open folder; use it in a `with` statement. `name` is what messages call it."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor, self.name = descriptor, name

    @classmethod
    def open(cls, path: Path, name: str = "") -> Folder:
        """The folder `path`, whose parents no job can write to; raises OSError."""
        return cls(os.open(path, _DIRECTORY), name or str(path))

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def folder(self, parts: Sequence[str], *, create: bool = False) -> Folder:
        """The folder below this one, made where `create` says so; raises FolderError, FileNotFoundError."""
        current = os.dup(self._descriptor)
        for number, part in enumerate(parts, start=1):
            try:
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=current)
                following = os.open(part, _DIRECTORY, dir_fd=current)
            except OSError as error:
                raise self._error(parts[:number], error, "a folder") from error
            finally:
                os.close(current)
            current = following
        return Folder(current, self._shown(parts))

    def create(self, parts: Sequence[str]) -> IO[bytes]:
        """A new file, its folders made too; raises FileExistsError, FolderError."""
        with self.folder(parts[:-1], create=True) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            return os.fdopen(os.open(parts[-1], flags, 0o666, dir_fd=folder._descriptor), "wb")

    def read(self, parts: Sequence[str]) -> IO[bytes]:
        """An existing regular file; raises FileNotFoundError, FolderError."""
        with self.folder(parts[:-1]) as folder:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a pipe must not wait
            try:
                file = os.fdopen(os.open(parts[-1], flags, dir_fd=folder._descriptor), "rb")
            except OSError as error:
                raise self._error(parts, error, "a file") from error
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise FolderError(f"{self._shown(parts)} is not a regular file")
        return file

    def link(self, parts: Sequence[str]) -> str:
        """Where a symbolic link leads."""
        with self.folder(parts[:-1]) as folder:
            return os.readlink(parts[-1], dir_fd=folder._descriptor)

    def is_folder(self, parts: Sequence[str]) -> bool:
        """Whether a folder is there."""
        try:
            with self.folder(parts):
                return True
        except (FolderError, FileNotFoundError):
            return False

    def entries(self) -> Iterator[Entry]:
        """Everything below, folders before what they hold, in the order of names; raises FolderError.

        What vanishes meanwhile is left out. At most two descriptors are open, however deep the folders are.
        """
        waiting: list[tuple[str, ...]] = [()]
        while waiting:
            found = self._listing(waiting.pop())
            yield from found
            waiting.extend(entry.parts for entry in reversed(found) if entry.is_folder)

    def _listing(self, parts: tuple[str, ...]) -> list[Entry]:
        try:
            with self.folder(parts) as folder, os.scandir(folder._descriptor) as listing:
                found = []
                for entry in listing:
                    with suppress(FileNotFoundError):
                        found.append(Entry((*parts, entry.name), entry.stat(follow_symlinks=False)))
        except FileNotFoundError:
            return []
        for each in found:
            if len(os.fsencode(each.path)) > MAX_PATH_BYTES:
                raise FolderError(f"{self._shown(parts)} holds paths of more than {MAX_PATH_BYTES} bytes")
        return sorted(found, key=lambda each: each.parts)

    def _error(self, parts: Sequence[str], error: OSError, wanted: str) -> Exception:
        if isinstance(error, FileNotFoundError):
            return error
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            return FolderError(f"{self._shown(parts)} is a symbolic link or of another kind, not {wanted}")
        if isinstance(error, PermissionError):
            return FolderError(f"the job left {self._shown(parts)} so that it may not be read")
        return FolderError(f"{self._shown(parts)} cannot be opened: {error.strerror}")

    def _shown(self, parts: Sequence[str]) -> str:
        path = "/".join((self.name, *parts))
        return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
