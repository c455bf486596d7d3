"""Buckets and roles for tests of policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from role_actor import BUCKET, OTHER, Actor


@pytest.fixture(scope="module")
def s3(module_stack: Any) -> Any:
    """The administrator's S3, with two buckets."""
    client = module_stack.client("s3")
    for bucket in (BUCKET, OTHER):
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="in/a.csv", Body=b"a")
    return client


@pytest.fixture
def actor(module_stack: Any, s3: Any, request: pytest.FixtureRequest) -> Iterator[Actor]:
    name = request.node.name.replace("[", "-").replace("]", "")[-60:]
    yield Actor(module_stack, name)
    s3.delete_bucket_policy(Bucket=BUCKET)
