"""What the tests of the commands share: a local stack of their own, reached as a user reaches it."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader

PROJECT = Path(__file__).resolve().parents[1]
# Folders of tests that each take as long as a file elsewhere: whole demos and real applies.
_LONGEST = ("e2e", "terraform")
_NUMBERS = itertools.count(1)
_DUMP = "import json, os; print(json.dumps(dict(os.environ)))"


# Tests that are started in the background ignore Ctrl-C, and the commands that they start inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def without_aws(environment: dict[str, str]) -> dict[str, str]:
    """An environment that names no account."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "LOCALAWS_"))}
    return kept | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than processors: tests wait for processes, Terraform's provider waits for AWS."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files come first where several workers share them: none is left with them at the end."""
    if not hasattr(config, "workerinput"):
        return
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (item.path.parent.name not in _LONGEST, -slow[item.path]))


@pytest.fixture(scope="session", autouse=True)
def api_models() -> Iterator[None]:
    """All sessions of this process share the API models: botocore reads them for each session anew, 60 ms a client."""
    create, shared = botocore.session.create_loader, defaultdict[str | None, dict[Any, Any]](dict)

    def create_sharing(search_path_string: str | None = None) -> Loader:
        loader = create(search_path_string)
        vars(loader)["_cache"] = shared[search_path_string]
        return loader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", create_sharing)
        yield


@pytest.fixture(scope="session")
def ending() -> Iterator[list[subprocess.Popen[str]]]:
    """The stacks that are shutting down: the next test does not wait for init to reap them."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said


@pytest.fixture(scope="module")
def stack_environment(
    tmp_path_factory: pytest.TempPathFactory, ending: list[subprocess.Popen[str]]
) -> Iterator[dict[str, str]]:
    """The environment of a shell after ``localaws up`` and ``eval "$(localaws env)"``; one stack for a test file."""
    environment = without_aws(dict(os.environ)) | {"LOCALAWS_HOME": str(tmp_path_factory.mktemp("localaws"))}
    localaws = str(Path(sys.executable).with_name("localaws"))
    subprocess.run([localaws, "up"], env=environment, check=True, capture_output=True)
    try:
        script = f'eval "$("{localaws}" env)"; exec "$0" -c "$1"'
        dumped = subprocess.run(
            ["sh", "-c", script, sys.executable, _DUMP], env=environment, check=True, capture_output=True
        )
        yield json.loads(dumped.stdout)
    finally:
        down = [localaws, "down"]
        ending.append(
            subprocess.Popen(down, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )


@pytest.fixture
def stack(stack_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """This process talks to the local stack for the length of a test."""
    for name in [name for name in os.environ if name not in stack_environment]:
        monkeypatch.delenv(name)
    for name, value in stack_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the credentials of an earlier stack
    return stack_environment


@pytest.fixture
def sagemaker(stack: dict[str, str]) -> Any:
    """A SageMaker client of the stack's administrator."""
    return boto3.client("sagemaker")


@pytest.fixture
def role_arn(stack: dict[str, str]) -> str:
    """A role that SageMaker may assume and that may do everything."""
    iam, name = boto3.client("iam"), f"anything-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trusted, policy = (json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, allow))
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy)
    return str(arn)


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


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has no credentials, no region and no endpoint."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
