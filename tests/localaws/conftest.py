"""A real local stack on a free port, for every test below this folder."""

from __future__ import annotations

import json
import os
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from inference import stacks
from inference import world as inference
from jobs.world import ACCOUNT, BUCKET, PERMISSIONS, REGION, TRUST, World, administrator

from localaws import background, environment
from localaws.stack import Stack
from localaws.state import Home, RunningStack


@dataclass(frozen=True)
class LocalStack:
    """A running stack and the ways to call it."""

    home: Home
    running: RunningStack
    pool: urllib3.PoolManager

    @property
    def endpoint_url(self) -> str:
        return self.running.endpoint_url

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a child process (the aws CLI, a script) that uses this stack."""
        kept = {name: value for name, value in os.environ.items() if name not in environment.unset_names(os.environ)}
        return {**kept, **environment.exports(self.running, self.home.sdk_config, os.environ)}

    def client(self, service: str, **credentials: str) -> Any:
        """A boto3 client, of the administrator if no other keys are given."""
        keys = credentials or {
            "aws_access_key_id": self.running.access_key_id,
            "aws_secret_access_key": self.running.secret_access_key,
        }
        session = boto3.Session(region_name=self.running.region, **keys)  # type: ignore[arg-type]
        return session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]

    def call(self, operation: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """POST `body` (bytes as they are, else as JSON) to SageMaker, signed, with no client-side validation."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"SageMaker.{operation}", **headers}
        response = self.send("sagemaker", "POST", "/", data, {name: value for name, value in sent.items() if value})
        return response.status, json.loads(response.data)

    def send(
        self, service: str, method: str, path: str, data: bytes = b"", headers: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        """One raw request, signed for `service`."""
        request = AWSRequest(method, f"{self.endpoint_url}{path}", data=data, headers=headers or {})
        keys = Credentials(self.running.access_key_id, self.running.secret_access_key)
        SigV4Auth(keys, service, self.running.region).add_auth(request)
        return self.pool.request(method, request.url, body=data, headers=dict(request.headers.items()), retries=False)

    def resources(self) -> list[str]:
        """The ARNs of all that exists in the stack."""
        with urllib.request.urlopen(f"{self.endpoint_url}/_localaws/resources") as answer:
            return [resource["arn"] for resource in json.load(answer)["resources"]]

    def log(self) -> str:
        return self.home.log_file.read_text()


def start(folder: Path) -> Iterator[LocalStack]:
    """Start a stack in `folder` and end it."""
    home = Home(folder)
    running, _ = background.up(home, 0, "us-east-1", "123456789012")
    pool = urllib3.PoolManager()
    try:
        yield LocalStack(home, running, pool)
    finally:
        pool.clear()
        background.down(home)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """One stack for the whole session: a test leaves nothing that another one could stumble over."""
    yield from start(tmp_path_factory.mktemp("localaws"))


@pytest.fixture(scope="module")
def module_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack for the tests of one module, which may leave in it what they like."""
    yield from start(tmp_path_factory.mktemp("localaws-module"))


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[LocalStack]:
    """A stack of the test's own."""
    yield from start(tmp_path / "localaws")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stack in this process, with its server, a bucket and a role: one for the session, as moto's state is one."""
    stack = Stack(REGION, ACCOUNT, tmp_path_factory.mktemp("work"), "", tmp_path_factory.mktemp("config"))
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    session = administrator(stack)
    session.client("s3").create_bucket(Bucket=BUCKET)
    iam = session.client("iam")
    role = iam.create_role(RoleName="mlops-job", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="mlops-job", PolicyName="data", PolicyDocument=json.dumps(PERMISSIONS))
    yield World(stack, session.client("s3"), session.client("logs"), role)
    stack.close()
    server.close()


@pytest.fixture(scope="session")
def endpoint_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[inference.World]:
    """A stack with hosted models, for the tests of endpoints, deployments and inference."""
    yield from stacks.start(tmp_path_factory.mktemp("endpoints"))
