"""What lies under a prefix of S3, now and at an earlier time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mlops.aws.s3 import split_uri
from mlops.validate.account import Account
from mlops.validate.results import UnansweredError

__all__ = ["Stored", "as_it_was", "lines", "present"]


@dataclass(frozen=True)
class Stored:
    """An object, or one version of it; ``size`` in bytes, 0 also where there is none."""

    bucket: str
    key: str
    size: int
    version: str | None = None


def present(account: Account, uri: str) -> dict[str, int]:
    """Key → bytes of the objects under a prefix, folders left out."""
    bucket, prefix = split_uri(uri)
    listed = account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    return {each["Key"]: each["Size"] for each in listed if not each["Key"].endswith("/")}


def as_it_was(account: Account, uri: str, time: datetime) -> tuple[list[Stored], list[str]]:
    """The objects that lay under a prefix at a time, and the keys of which only later versions are there.

    In a bucket without versions, or where they may not be listed, an object that was written anew is a later one.
    """
    bucket, prefix = split_uri(uri)
    where = {"Bucket": bucket, "Prefix": prefix}
    try:
        versions = list(account.every("s3", "list_object_versions", "Versions", **where))
        markers = list(account.every("s3", "list_object_versions", "DeleteMarkers", **where))
    except UnansweredError:
        versions, markers = list(account.every("s3", "list_objects_v2", "Contents", **where)), []
    # S3 lists an object's versions newest first, which the sort keeps where two are of one second.
    newest_first = sorted([*versions, *markers], key=lambda each: each["LastModified"], reverse=True)
    found: dict[str, Stored | None] = {}
    for each in newest_first:
        if each["LastModified"] <= time and not each["Key"].endswith("/") and each["Key"] not in found:
            version = each.get("VersionId")
            there = Stored(bucket, each["Key"], each.get("Size", 0), None if version == "null" else version)
            found[each["Key"]] = there if "Size" in each else None
    later = {each["Key"] for each in versions if not each["Key"].endswith("/")} - set(found)
    return [each for each in found.values() if each is not None], sorted(later)


def lines(account: Account, stored: Stored) -> list[str]:
    """The lines of an object that are not blank; none of an empty one."""
    if stored.size == 0:
        return []
    content = account.content(f"s3://{stored.bucket}/{stored.key}", stored.version)
    return [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
