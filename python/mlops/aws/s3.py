"""Objects in S3 by their locations, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from mlops.aws.errors import is_not_found

__all__ = ["S3Object", "bucket_exists", "count_lines", "exists", "objects_under", "read_object", "split_uri"]

_CHUNK_BYTES = 1 << 20


class S3Object(NamedTuple):
    """An object of a listing."""

    key: str
    bytes: int
    modified: datetime


def split_uri(uri: str) -> tuple[str, str]:
    """``s3://bucket/key`` as (bucket, key)."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def read_object(s3: Any, uri: str) -> bytes:
    """The content of an object; raises ClientError where there is none."""
    bucket, key = split_uri(uri)
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def exists(s3: Any, uri: str) -> bool:
    """Whether there is such an object."""
    bucket, key = split_uri(uri)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_not_found(error):
            return False
        raise
    return True


def bucket_exists(s3: Any, bucket: str) -> bool:
    """Whether there is such a bucket. True as well where the caller may not ask: what uses it will report that."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        return not is_not_found(error)
    return True


def objects_under(s3: Any, uri: str) -> Iterator[S3Object]:
    """Every object under a prefix, placeholders of folders left out."""
    bucket, prefix = split_uri(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            if not found["Key"].endswith("/"):
                yield S3Object(found["Key"], found["Size"], found["LastModified"])


def count_lines(s3: Any, bucket: str, key: str) -> int:
    """The lines of an object, read as a stream."""
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    count, last = 0, b"\n"
    for chunk in body.iter_chunks(_CHUNK_BYTES):
        count += chunk.count(b"\n")
        last = chunk[-1:] or last
    return count + (last != b"\n")
