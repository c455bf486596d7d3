"""Whether a model is at the S3 URI that a container or a training job names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.s3 import split_uri
from mlops.validate import model_archive
from mlops.validate.account import Account
from mlops.validate.model_archive import has_file
from mlops.validate.objects import present
from mlops.validate.xgboost_file import MAX_PARSED_BYTES, is_model

__all__ = [
    "MAX_ARCHIVE_BYTES",
    "NO_MODEL",
    "StoredModel",
    "UnusableModelError",
    "containers_fault",
    "model_fault",
    "read_archive",
]

NO_MODEL = "which holds no model that XGBoost or scikit-learn saved"

MAX_ARCHIVE_BYTES = 64 * 1024**2  # of a larger archive only the beginning is read
_BEGINNING_BYTES = 1024**2
_MAX_OBJECTS = 20  # of uncompressed model data


class UnusableModelError(Exception):
    """There is no archive; the message completes ``names model data at URI, …``."""


@dataclass(frozen=True)
class StoredModel:
    """What is at a model's S3 URI: whether a model is in it, and a text that differs between different models."""

    identity: str
    has_model: bool


def read_archive(account: Account, uri: str) -> StoredModel:
    """Reads the archive at a URI; one above 64 MiB is known by its ETag, and has a model where it begins as an archive.

    Raises:
        UnusableModelError: there is no object, or it is no archive.
    """
    bucket, key = split_uri(uri)
    try:
        head = account.ask("s3", "head_object", Bucket=bucket, Key=key)
        if head["ContentLength"] > MAX_ARCHIVE_BYTES:
            if has_file(account.content(uri, max_bytes=_BEGINNING_BYTES)):
                return StoredModel(head["ETag"], True)
        elif head["ContentLength"] > 0 and (found := model_archive.read(account.content(uri))):
            return StoredModel(found.fingerprint, found.has_model)
    except ClientError as error:
        raise UnusableModelError("where there is no object") from error
    raise UnusableModelError("which is no gzipped tar archive of a model")


def model_fault(account: Account, uri: str) -> str | None:
    """Why the object at a URI is no archive of a model, or ``None``."""
    try:
        return None if read_archive(account, uri).has_model else f"{uri}, {NO_MODEL}"
    except UnusableModelError as error:
        return f"{uri}, {error}"


def containers_fault(account: Account, containers: Sequence[dict[str, Any]]) -> str | None:
    """Why the model data of the containers of a model or of a model package is not usable, or ``None``.

    Each container's data must exist, and that of one must hold a model: others can encode its input.
    """
    stored: list[tuple[str, bool]] = []
    for container in containers:
        uri, is_archive = _source(container)
        if uri is None:
            continue
        try:
            stored.append((uri, read_archive(account, uri).has_model if is_archive else _has_model(account, uri)))
        except UnusableModelError as error:
            return f"names model data at {uri}, {error}"
    if not stored:
        return "names no model data"
    if not any(has_model for _, has_model in stored):
        return f"names model data at {stored[0][0]}, {NO_MODEL}"
    return None


def _source(container: dict[str, Any]) -> tuple[str | None, bool]:
    """Where a container's model data is, and whether that is an archive."""
    if url := container.get("ModelDataUrl"):
        return str(url), True
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return source.get("S3Uri"), source.get("CompressionType") == "Gzip"


def _has_model(account: Account, uri: str) -> bool:
    """Whether a model is among the objects under a prefix, or is the object itself."""
    try:
        found = [key for key, size in present(account, uri).items() if size]
    except ClientError:
        found = []
    if not found:
        raise UnusableModelError("where there is no object")
    return any(
        is_model(account.content(f"s3://{split_uri(uri)[0]}/{key}", max_bytes=MAX_PARSED_BYTES + 1))
        for key in found[:_MAX_OBJECTS]
    )
