"""A stack with its server, a bucket and a role that SageMaker may assume."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from localaws.gateway.server import create_server
from localaws.iam import RoleSession
from localaws.session import local_session
from localaws.stack import Stack

from .world import ACCOUNT, BUCKET, REGION, World

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    stack = Stack(REGION, ACCOUNT, tmp_path_factory.mktemp("work"), "", tmp_path_factory.mktemp("config"))
    server = create_server(stack, 0)
    threading.Thread(target=server.run, daemon=True).start()
    principals = stack.principals
    keys = RoleSession(
        principals.administrator(),
        principals.administrator_access_key_id,
        principals.administrator_secret_access_key,
        "",
    )
    session = local_session(keys, REGION, stack.endpoint_url)
    session.client("s3").create_bucket(Bucket=BUCKET)
    role = session.client("iam").create_role(RoleName="mlops-job", AssumeRolePolicyDocument=json.dumps(TRUST))
    yield World(stack, session.client("s3"), session.client("logs"), role["Role"]["Arn"])
    stack.close()
    server.close()
