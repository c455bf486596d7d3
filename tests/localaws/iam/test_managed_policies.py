"""Roles made as AWS's tutorials make them: with AWS's own policies."""

from __future__ import annotations

from typing import Any

import pytest
from role_actor import BUCKET, Actor, refused

POLICIES = "arn:aws:iam::aws:policy/"
TUTORIAL_BUCKET = "sagemaker-us-east-1-123456789012"


@pytest.fixture
def tutorial_bucket(s3: Any) -> str:
    """A bucket with `sagemaker` in its name, which is what AmazonSageMakerFullAccess opens."""
    s3.create_bucket(Bucket=TUTORIAL_BUCKET)
    return TUTORIAL_BUCKET


def test_sagemaker_full_access_opens_buckets_of_that_name_only(actor: Actor, tutorial_bucket: str) -> None:
    actor.iam.attach_role_policy(RoleName=actor.name, PolicyArn=f"{POLICIES}AmazonSageMakerFullAccess")
    actor.s3.put_object(Bucket=tutorial_bucket, Key="model.tar.gz", Body=b"model")
    assert actor.s3.get_object(Bucket=tutorial_bucket, Key="model.tar.gz")["Body"].read() == b"model"
    refused(actor.s3.get_object, Bucket=BUCKET, Key="in/a.csv")


def test_administrator_access_opens_all(actor: Actor) -> None:
    actor.iam.attach_role_policy(RoleName=actor.name, PolicyArn=f"{POLICIES}AdministratorAccess")
    assert actor.s3.get_object(Bucket=BUCKET, Key="in/a.csv")["Body"].read() == b"a"


def test_read_only_does_not_write(actor: Actor) -> None:
    actor.iam.attach_role_policy(RoleName=actor.name, PolicyArn=f"{POLICIES}AmazonS3ReadOnlyAccess")
    actor.s3.get_object(Bucket=BUCKET, Key="in/a.csv")
    refused(actor.s3.put_object, Bucket=BUCKET, Key="k", Body=b"")
