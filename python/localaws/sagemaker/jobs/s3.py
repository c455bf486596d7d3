"""Data between S3 and a job's directory, with the credentials of the job's role."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from localaws.s3_urls import bucket_and_key

__all__ = ["S3", "DataError", "Place", "nothing_under", "place"]

# One thread a file: many jobs move data at once, and the stack shares its cores with them.
_TRANSFER = TransferConfig(use_threads=False)
_CHUNK = 1 << 20


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
        return Place(self.bucket, f"{self.key.rstrip('/')}/{relative}".lstrip("/"))


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

    def exists(self, uri: str) -> bool:
        """Whether at least one object lies under the prefix `uri`."""
        return next(self._keys(place(uri)), None) is not None

    def download(self, uri: str, target: Path, kind: str = "S3Prefix", *, unzip: bool = False) -> int:
        """Copy what `uri` stands for into the directory `target`; how many objects there were.

        `kind`: "S3Prefix" takes every object under the prefix (an object's own key gives that object), "ManifestFile"
        and "AugmentedManifestFile" read the object `uri`. Raises DataError where nothing is there or may be read.
        """
        target.mkdir(parents=True, exist_ok=True)
        if kind == "AugmentedManifestFile":
            self._fetch(place(uri), target / Path(uri).name, unzip)
            return 1
        pairs = list(self._manifest(uri) if kind == "ManifestFile" else self._prefix(uri))
        if not pairs:
            raise DataError(nothing_under(uri, self._role_arn, self._region))
        for source, relative in pairs:
            self._fetch(source, target / relative, unzip)
        return len(pairs)

    def upload(self, directory: Path, uri: str, kms_key: str | None = None) -> int:
        """Copy every regular file below `directory` under the prefix `uri`; how many. Links are not followed."""
        if directory.is_symlink():
            return 0
        files = [file for file in sorted(directory.rglob("*")) if file.is_file() and not file.is_symlink()]
        for file in files:
            self.upload_file(file, str(place(uri).below(file.relative_to(directory).as_posix())), kms_key)
        return len(files)

    def upload_file(self, file: Path, uri: str, kms_key: str | None = None) -> None:
        """Copy one file to the object `uri`, encrypted with `kms_key` where one is given; raises DataError."""
        target = place(uri)
        try:
            target.key.encode()
        except UnicodeEncodeError as error:  # how Python shows a name that is not UTF-8
            shown = str(target).encode(errors="backslashreplace").decode()
            raise DataError(f"Unable to upload object {shown} (its name is not UTF-8)") from error
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        try:
            with file.open("rb") as body:
                self._client.upload_fileobj(body, target.bucket, target.key, ExtraArgs=extra, Config=_TRANSFER)
        except (ClientError, BotoCoreError, boto3.exceptions.Boto3Error) as error:
            raise DataError(f"Unable to upload object {target} ({_reason(error)})") from error
        except PermissionError as error:
            raise DataError(f"Unable to upload object {target} (the job left a file that may not be read)") from error

    def _fetch(self, source: Place, target: Path, unzip: bool) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # One GetObject: the transfer manager asks for the head first, and a HEAD is refused without a reason.
            body = self._client.get_object(Bucket=source.bucket, Key=source.key)["Body"]
            with target.open("wb") as file:
                shutil.copyfileobj(body, file, _CHUNK)
        except (ClientError, BotoCoreError) as error:
            raise DataError(f"Unable to download object {source} ({_reason(error)})") from error
        except (NotADirectoryError, FileExistsError, IsADirectoryError) as error:
            raise DataError(
                f"Please check your s3 objects and ensure that there is no object that is both a folder as well as a "
                f"file ({source})."
            ) from error
        if unzip:
            _unzip(source, target)

    def _prefix(self, uri: str) -> Iterator[tuple[Place, str]]:
        prefix = place(uri)
        folder = f"{prefix.key.rstrip('/')}/" if prefix.key else ""
        for key in self._keys(prefix):
            if key.endswith("/"):
                continue
            # A prefix is a folder or, as S3 has it, the beginning of names: s3://b/data/part takes data/part-1.csv.
            start = len(folder) if key.startswith(folder) else prefix.key.rfind("/") + 1
            yield Place(prefix.bucket, key), key[start:]

    def _manifest(self, uri: str) -> Iterator[tuple[Place, str]]:
        source = place(uri)
        try:
            body = self._client.get_object(Bucket=source.bucket, Key=source.key)["Body"].read()
            head, *names = json.loads(body)
            prefix = place(head["prefix"])
        except (ClientError, BotoCoreError) as error:
            raise DataError(f"Unable to download object {source} ({_reason(error)})") from error
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(f'Manifest {uri} is not a JSON list of a "prefix" and object names.') from error
        for name in names:
            yield Place(prefix.bucket, f"{prefix.key}{name}"), name

    def _keys(self, prefix: Place) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
        try:
            for page in pages:
                for item in page.get("Contents", ()):
                    yield item["Key"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return
            raise DataError(f"ListObjectsV2 failed for {prefix}: {_reason(error)}") from error
        except BotoCoreError as error:
            raise DataError(f"ListObjectsV2 failed for {prefix}: {error}") from error


def _unzip(source: Place, target: Path) -> None:
    unzipped = target.with_suffix("") if target.suffix == ".gz" else target.with_name(f"{target.name}.plain")
    try:
        with gzip.open(target) as packed, unzipped.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    except (OSError, EOFError) as error:
        raise DataError(f"Unable to decompress {source}: {error}") from error
    target.unlink()
    if target.suffix != ".gz":
        unzipped.rename(target)


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error'].get('Code')}: {error.response['Error'].get('Message', '')}"
    return str(error)
