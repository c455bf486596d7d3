"""Small pipelines and roles on the local stack."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

_NUMBERS = itertools.count(1)
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def student() -> str:
    """A student id that no other test uses."""
    return f"student{next(_NUMBERS)}"


@pytest.fixture
def role_arn(stack: dict[str, str], student: str) -> str:
    """A role that SageMaker may assume and that may do everything."""
    iam = boto3.client("iam")
    arn = iam.create_role(RoleName=f"{student}-pipeline", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    allow_all = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=f"{student}-pipeline", PolicyName="all", PolicyDocument=json.dumps(allow_all))
    return str(arn)


@pytest.fixture
def sagemaker(stack: dict[str, str]) -> Any:
    """A SageMaker client of the stack's administrator."""
    return boto3.client("sagemaker")


@pytest.fixture
def bucket(stack: dict[str, str], student: str) -> str:
    """The student's bucket, versioned as Terraform makes it."""
    name = f"sagemaker-{student}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name
