"""The SageMaker SDKs, each installed into an environment of its own that goes away with the tests."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path

import boto3
import pytest

_SDKS = {
    # v2 needs pytz, which pandas 3 no longer brings.
    "v2": ("sagemaker>=2.257,<3", "pytz", "xgboost-cpu"),
    "v3": ("sagemaker>=3.27,<4",),
}


@pytest.fixture(scope="session", params=sorted(_SDKS))
def sdk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The SDK's generation, and the interpreter of an environment that has it."""
    generation: str = request.param
    folder = tmp_path_factory.mktemp(generation) / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *_SDKS[generation]], check=True)
    return generation, python


@pytest.fixture
def notebook(stack: dict[str, str]) -> dict[str, str]:
    """The environment of a notebook: a session of a role with AWS's own policy for SageMaker, which may pass roles.

    The buckets of the samples have `sagemaker` in their names, for which AmazonSageMakerFullAccess allows access.
    """
    iam, name = boto3.client("iam"), f"notebook-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    passing = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": ["arn:aws:iam::*:role/student-*", "arn:aws:iam::*:role/anything-*"],
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }
    trusted, passed = (json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, passing))
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")
    iam.put_role_policy(RoleName=name, PolicyName="pass", PolicyDocument=passed)
    keys = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="ada")["Credentials"]
    return {
        **stack,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
