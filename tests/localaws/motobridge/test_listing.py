"""Long listings: complete, in order, and without work that nobody sees."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from jobs.world import World

COUNT = 2_500


@pytest.fixture(scope="module")
def bucket(world: World) -> Iterator[str]:
    """Objects in ten folders, put into moto's backend without requests."""
    from moto.s3.models import s3_backends

    name = f"listed-{uuid.uuid4().hex[:8]}"
    world.s3.create_bucket(Bucket=name)
    backend: Any = s3_backends[world.stack.account_id]["aws"]
    for number in range(COUNT):
        backend.put_object(name, key_name(number), b"x")
    yield name
    while found := world.s3.list_objects_v2(Bucket=name).get("Contents"):
        keys = [{"Key": item["Key"]} for item in found]
        assert len(world.s3.delete_objects(Bucket=name, Delete={"Objects": keys})["Deleted"]) == len(keys)
    world.s3.delete_bucket(Bucket=name)


def key_name(number: int) -> str:
    return f"folder-{number % 10}/key-{number:05}"


@pytest.mark.parametrize(
    ("operation", "member"),
    [("list_objects_v2", "Contents"), ("list_objects", "Contents"), ("list_object_versions", "Versions")],
)
@pytest.mark.parametrize("prefix", ["", "folder-3/"])
def test_every_object_is_listed_once(world: World, bucket: str, operation: str, member: str, prefix: str) -> None:
    pages = world.s3.get_paginator(operation).paginate(Bucket=bucket, Prefix=prefix)
    found = [item["Key"] for page in pages for item in page.get(member, [])]
    assert found == sorted(key for key in map(key_name, range(COUNT)) if key.startswith(prefix))


@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects", "list_object_versions"])
def test_folders_are_listed_once(world: World, bucket: str, operation: str) -> None:
    pages = world.s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/")
    found = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]
    assert found == [f"folder-{number}/" for number in range(10)]


def test_listing_copies_no_object(world: World, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.s3.models import FakeKey

    read: list[str] = []
    value = FakeKey.value

    def counting(key: Any) -> bytes:
        read.append(key.name)
        return bytes(value.fget(key))  # type: ignore[attr-defined]

    monkeypatch.setattr(FakeKey, "value", property(counting, value.fset))  # type: ignore[attr-defined]
    for operation in ("list_objects_v2", "list_objects", "list_object_versions"):
        assert list(world.s3.get_paginator(operation).paginate(Bucket=bucket))
    assert read == []


def test_latest_version_is_marked(world: World) -> None:
    name = f"versions-{uuid.uuid4().hex[:8]}"
    world.s3.create_bucket(Bucket=name)
    world.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    first, second = (world.s3.put_object(Bucket=name, Key="key", Body=body)["VersionId"] for body in (b"1", b"2"))

    def versions() -> dict[str, bool]:
        page = world.s3.list_object_versions(Bucket=name)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        return {item["VersionId"]: item["IsLatest"] for item in found}

    assert versions() == {first: False, second: True}
    marker = world.s3.delete_object(Bucket=name, Key="key")["VersionId"]
    assert versions() == {first: False, second: False, marker: True}
    world.s3.delete_object(Bucket=name, Key="key", VersionId=marker)
    assert versions() == {first: False, second: True}
    assert world.s3.get_object(Bucket=name, Key="key")["Body"].read() == b"2"
    for version in (second, first):
        world.s3.delete_object(Bucket=name, Key="key", VersionId=version)
    world.s3.delete_bucket(Bucket=name)
