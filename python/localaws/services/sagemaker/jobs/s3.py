"""Data between S3 and a job's directory, with the credentials of the job's role."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from localaws.api.json_text import read_json
from localaws.api.s3_urls import bucket_and_key
from localaws.runtime.folders import Folder, FolderError, PathRefused, components

__all__ = ["S3", "DataError", "Place", "nothing_under", "place"]

# One thread a file: many jobs move data at once, and the stack shares its cores with them.
_TRANSFER = TransferConfig(use_threads=False)
_CHUNK = 1 << 20
_LONGEST_SHOWN = 300  # characters of a key in a message, so that a FailureReason also holds the rule


class DataError(Exception):
    """Data that cannot be read or written; the message names the s3:// URI and becomes a job's FailureReason."""


@dataclass(frozen=True)
class Place:
    """A bucket and a key or key prefix."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def below(self, relative: str) -> Place:
        """The place `relative` below this prefix."""
        prefix = self.key.rstrip("/")
        return Place(self.bucket, f"{prefix}/{relative}" if prefix else relative)


def place(uri: str) -> Place:
    """`s3://bucket/key`, or an address of S3 over HTTPS, in its parts; raises DataError for another form."""
    found = bucket_and_key(uri)
    if found is None:
        raise DataError(f"S3 URI {uri!r} is not of the form s3://bucket/key.")
    return Place(*found)


def nothing_under(uri: str, role_arn: str, region: str) -> str:
    """What SageMaker says of a prefix without objects."""
    return (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in '
        f"the selected region ({region}), that objects exist under that S3 prefix, and that the role "
        f'"{role_arn}" has "s3:ListBucket" permissions on bucket "{place(uri).bucket}".'
    )


class S3:
    """S3 as one role sees it."""

    def __init__(self, session: boto3.Session, role_arn: str, region: str) -> None:
        self._client: Any = session.client("s3")
        self._role_arn, self._region = role_arn, region

    def download(
        self,
        uri: str,
        target: Folder,
        kind: str = "S3Prefix",
        *,
        unzip: bool = False,
        required: bool = True,
        strict: bool = True,
    ) -> int:
        """Copy what `uri` stands for into the folder `target`; how many objects there were.

        `kind`: "S3Prefix" takes every object under the prefix (an object's own key gives that object), "S3Object" that
        object alone, "ManifestFile" and "AugmentedManifestFile" read the object `uri`. A file gets the rest of its key
        after the prefix as its path. Raises DataError where nothing is there (unless `required` is False) or may be
        read, for a key that cannot be such a path, and, where `strict` as the inputs of AWS's jobs are, for one with //
        anywhere.
        """
        if kind in ("S3Object", "AugmentedManifestFile"):
            source = place(uri)
            self._fetch(source, target, source.key.rpartition("/")[2], unzip, strict)
            return 1
        pairs = distinct(self._manifest(uri) if kind == "ManifestFile" else self._prefix(uri))
        if not pairs and required:
            raise DataError(nothing_under(uri, self._role_arn, self._region))
        for source, relative in pairs:
            self._fetch(source, target, relative, unzip, strict)
        return len(pairs)

    def upload(self, folder: Folder, uri: str, kms_key: str | None, log: Callable[[str], None]) -> int:
        """Copy every regular file below `folder` under the prefix `uri`; how many. `log` hears what is left out."""
        count = 0
        try:
            for entry in folder.entries():
                if entry.is_file:
                    with folder.read(entry.parts) as body:
                        self.upload_stream(body, place(uri).below(entry.path), kms_key)
                    count += 1
                elif not entry.is_folder:
                    log(left_out(folder, entry.path, link=entry.is_link))
        except FolderError as error:
            raise DataError(f"Unable to upload {folder.name} ({error})") from error
        return count

    def upload_file(self, file: Path, uri: str, kms_key: str | None = None) -> None:
        """Copy a file of the stack's own to the object `uri`; raises DataError."""
        with file.open("rb") as body:
            self.upload_stream(body, place(uri), kms_key)

    def upload_stream(self, body: IO[bytes], target: Place, kms_key: str | None = None) -> None:
        """Copy a stream to the object `target`, encrypted with `kms_key` where one is given; raises DataError."""
        try:
            target.key.encode()
        except UnicodeEncodeError as error:  # how Python shows a name that is not UTF-8
            raise DataError(f"Unable to upload object {_shown(target)} (its name is not UTF-8)") from error
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        try:
            self._client.upload_fileobj(body, target.bucket, target.key, ExtraArgs=extra, Config=_TRANSFER)
        except (ClientError, BotoCoreError, boto3.exceptions.Boto3Error) as error:
            raise DataError(f"Unable to upload object {target} ({_reason(error)})") from error

    def _fetch(self, source: Place, target: Folder, relative: str, unzip: bool, strict: bool) -> None:
        if unzip and relative.rpartition("/")[2] != ".gz":
            relative = relative.removesuffix(".gz")
        try:
            if strict and "//" in source.key:
                raise PathRefused("has an illegal char sub-sequence '//' in it")
            if not relative:
                raise PathRefused("is the prefix itself, and a file needs a name")
            if relative.startswith("/") and "//" not in source.key:
                raise PathRefused("belongs to a manifest whose prefix does not end with '/'")
            parts = components(relative)
        except PathRefused as error:
            raise DataError(
                f"S3 key: {_shown(source)} {error}: it cannot be a path below {target.name}. Copy the object to "
                "another key, or choose a prefix that leaves it out."
            ) from error
        try:
            # One GetObject: the transfer manager asks for the head first, and a HEAD is refused without a reason.
            body: Any = self._client.get_object(Bucket=source.bucket, Key=source.key)["Body"]
            with body, target.create(parts) as file:
                shutil.copyfileobj(gzip.GzipFile(fileobj=body) if unzip else body, file, _CHUNK)
        except (ClientError, BotoCoreError) as error:
            raise DataError(f"Unable to download object {_shown(source)} ({_reason(error)})") from error
        except (FolderError, FileExistsError) as error:
            raise self._clash(source, target, parts) from error
        except (OSError, EOFError, zlib.error) as error:
            doing = "decompress" if unzip else "download object"
            raise DataError(f"Unable to {doing} {_shown(source)}: {error}") from error

    def _clash(self, source: Place, target: Folder, parts: tuple[str, ...]) -> DataError:
        folders = any(not target.is_folder(parts[:end]) for end in range(1, len(parts)))
        if folders or target.is_folder(parts):
            return DataError(
                f"Please check your s3 objects and ensure that there is no object that is both a folder as well as a "
                f"file ({_shown(source)})."
            )
        return DataError(
            f"S3 key: {_shown(source)} becomes the file {'/'.join((target.name, *parts))}, which another object has "
            "become. Give the inputs other paths, or copy the object to another key."
        )

    def _prefix(self, uri: str) -> Iterator[tuple[Place, str]]:
        prefix = place(uri)
        folder = f"{prefix.key.rstrip('/')}/" if prefix.key else ""
        for key, size in self._keys(prefix):
            if key.endswith("/") and not size:
                continue  # what the S3 console writes as a folder
            # A prefix is a folder or, as S3 has it, the beginning of names: s3://b/data/part takes data/part-1.csv.
            start = len(folder) if key.startswith(folder) else prefix.key.rfind("/") + 1
            yield Place(prefix.bucket, key), key[start:]

    def _manifest(self, uri: str) -> Iterator[tuple[Place, str]]:
        source = place(uri)
        try:
            body = self._client.get_object(Bucket=source.bucket, Key=source.key)["Body"].read()
            head, *names = read_json(body)
            prefix = place(str(head["prefix"]))
            if not all(isinstance(name, str) for name in names):
                raise TypeError("a name is not a text")
            f"{prefix}{''.join(names)}".encode()
        except (ClientError, BotoCoreError) as error:
            raise DataError(f"Unable to download object {source} ({_reason(error)})") from error
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(f'Manifest {uri} is not a JSON list of a "prefix" and object names.') from error
        for name in names:
            yield Place(prefix.bucket, f"{prefix.key}{name}"), name

    def _keys(self, prefix: Place) -> Iterator[tuple[str, int]]:
        """Keys and sizes of the objects whose keys begin so."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
        try:
            for page in pages:
                for item in page.get("Contents", ()):
                    yield item["Key"], item["Size"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return
            raise DataError(f"ListObjectsV2 failed for {prefix}: {_reason(error)}") from error
        except BotoCoreError as error:
            raise DataError(f"ListObjectsV2 failed for {prefix}: {error}") from error


def distinct(pairs: Iterable[tuple[Place, str]]) -> list[tuple[Place, str]]:
    """The objects and their paths, an object that is named twice once; raises DataError where two share a path."""
    owners: dict[str, Place] = {}
    for source, relative in pairs:
        first = owners.setdefault(relative, source)
        if first != source:
            raise DataError(
                f"S3 key: {_shown(source)} and {_shown(first)} have the same path {relative!r} below the prefix: "
                "choose a prefix that ends with '/', so that it takes one folder."
            )
    return [(source, relative) for relative, source in owners.items()]


def left_out(folder: Folder, path: str, *, link: bool) -> str:
    """The line in a job's log about something that is not uploaded."""
    kind = "a symbolic link" if link else "not a regular file"
    shown = f"{folder.name}/{path}".encode(errors="backslashreplace").decode()
    return f"WARNING: {shown} is {kind} and is not uploaded: write a file."


def _shown(source: Place) -> str:
    """An object's URI on one line, its middle left out where it is long."""
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(source))
    half = _LONGEST_SHOWN // 2
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:half]}…{text[-half:]}"


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error'].get('Code')}: {error.response['Error'].get('Message', '')}"
    return str(error)
