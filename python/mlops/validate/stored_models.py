"""Whether what lies at a model's S3 URI is a model archive."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from mlops.operate.package import split_uri
from mlops.validate.account import Account
from mlops.validate.model_archive import fingerprint, has_file
from mlops.validate.objects import present

__all__ = ["MAX_ARCHIVE_BYTES", "archive_fault", "container_fault", "identity"]

MAX_ARCHIVE_BYTES = 64 * 1024**2  # of a larger archive only the beginning is read
_BEGINNING_BYTES = 1024**2


def identity(account: Account, uri: str, size: int, etag: str) -> str | None:
    """A text that differs between different models; ``None`` where the object is no gzipped tar archive of a model.

    Args:
        account: where the object is.
        uri: its S3 URI.
        size: its size in bytes; a large one is known by its ETag, not by its content.
        etag: its ETag.
    """
    if size <= MAX_ARCHIVE_BYTES:
        return fingerprint(account.content(uri))
    return etag if has_file(account.content(uri, max_bytes=_BEGINNING_BYTES)) else None


def archive_fault(account: Account, uri: str) -> str | None:
    """Why the object at a URI is no model archive, or ``None``."""
    bucket, key = split_uri(uri)
    try:
        head = account.ask("s3", "head_object", Bucket=bucket, Key=key)
        found = identity(account, uri, head["ContentLength"], head["ETag"]) if head["ContentLength"] else None
    except ClientError:
        return f"{uri}, where there is no object"
    return None if found else f"{uri}, which is no gzipped tar archive of a model"


def container_fault(account: Account, container: dict[str, Any]) -> str | None:
    """Why the model data of a container of a model or of a model package does not exist, or ``None``."""
    uri = container.get("ModelDataUrl")
    if uri:
        return archive_fault(account, str(uri))
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    if not source.get("S3Uri"):
        return None
    if source.get("CompressionType") == "Gzip":
        return archive_fault(account, str(source["S3Uri"]))
    try:
        stored = any(present(account, str(source["S3Uri"])).values())
    except ClientError:
        stored = False
    return None if stored else f"{source['S3Uri']}, where there is no object"
