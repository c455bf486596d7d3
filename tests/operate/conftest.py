"""A student of a test's own."""

from __future__ import annotations

import itertools

import boto3
import pytest

_NUMBERS = itertools.count(1)


@pytest.fixture
def student() -> str:
    """A student id that no other test uses."""
    return f"student{next(_NUMBERS)}"


@pytest.fixture
def bucket(stack: dict[str, str], student: str) -> str:
    """The student's bucket, versioned as Terraform makes it."""
    name = f"sagemaker-{student}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name
