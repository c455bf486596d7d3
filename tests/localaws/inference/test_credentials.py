"""What a hosted model's container and the endpoint itself sign with outlives a session of the role."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from jobs.world import REGION, SKLEARN, TRUST, administrator_keys, another_account

from localaws.stack import Stack

from .world import PERMISSIONS, packed

# Its clients live as long as the model, as in many a student's script.
SCRIPT = b"""
import boto3, json, os
session = boto3.Session()
s3 = session.client("s3")

def model_fn(folder):
    return None

def transform_fn(model, body, content_type, accept):
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=body)["Contents"]]
    token = {name: value for name, value in os.environ.items() if name.startswith("AWS_CONTAINER_")}
    return json.dumps([session.get_credentials().access_key, keys, token]), "application/json"
"""
SECONDS = 2
WAIT = 120


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack whose role sessions live for two seconds."""
    stack = Stack(REGION, another_account(), tmp_path / "work", "", tmp_path)
    stack.work_dir.mkdir()
    stack.principals.session_seconds = SECONDS
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    yield stack
    stack.close()
    server.close()


def administrator(stack: Stack) -> boto3.Session:
    return stack.session(administrator_keys(stack))


@pytest.mark.slow
def test_a_container_outlives_the_session_that_it_was_started_with(stack: Stack) -> None:
    admin = administrator(stack)
    s3, iam = admin.client("s3"), admin.client("iam")
    s3.create_bucket(Bucket="rotation")
    s3.put_object(Bucket="rotation", Key="model.tar.gz", Body=packed(code__2finference__py=SCRIPT))
    role = iam.create_role(RoleName="model", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="model", PolicyName="data", PolicyDocument=json.dumps(PERMISSIONS))
    endpoint = _endpoint(admin, role)

    first, keys, token = _ask(admin)
    assert keys == ["model.tar.gz"]
    time.sleep(SECONDS + 0.5)
    second, _, _ = _ask(admin)
    assert second != first
    assert _credentials(token)["AccessKeyId"].startswith("ASIA")

    endpoint.delete_endpoint(EndpointName="rotation")
    end = time.monotonic() + WAIT
    while endpoint.list_endpoints()["Endpoints"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    # The capture was written long after the endpoint's first session was over, and by the role.
    captured = [item["Key"] for item in s3.list_objects_v2(Bucket="rotation", Prefix="captured/")["Contents"]]
    assert sum(s3.get_object(Bucket="rotation", Key=key)["Body"].read().count(b"\n") for key in captured) == 2
    with pytest.raises(urllib.error.HTTPError, match="403"):
        _credentials(token)


def test_credentials_are_for_containers_alone(stack: Stack) -> None:
    for token in ("", "wrong"):
        uri = f"{stack.endpoint_url}/_localaws/credentials"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            _credentials({"AWS_CONTAINER_CREDENTIALS_FULL_URI": uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN": token})


def _endpoint(admin: boto3.Session, role: str) -> Any:
    client: Any = admin.client("sagemaker")
    container = {
        "Image": SKLEARN,
        "ModelDataUrl": "s3://rotation/model.tar.gz",
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
    }
    client.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer=container)
    client.create_endpoint_config(
        EndpointConfigName="c",
        ProductionVariants=[
            {"VariantName": "A", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        ],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": "s3://rotation/captured",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        },
    )
    client.create_endpoint(EndpointName="rotation", EndpointConfigName="c")
    end = time.monotonic() + WAIT
    while (found := client.describe_endpoint(EndpointName="rotation"))["EndpointStatus"] == "Creating":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert found["EndpointStatus"] == "InService", found
    return client


def _ask(admin: boto3.Session) -> Any:
    answer = admin.client("sagemaker-runtime").invoke_endpoint(EndpointName="rotation", Body=b"rotation")
    return json.loads(answer["Body"].read())


def _credentials(container: dict[str, str]) -> Any:
    """What AWS's container credential provider gets for a container's variables."""
    header = {"Authorization": container["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
    request = urllib.request.Request(container["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers=header)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
