"""What becomes of endpoints whose role may not read the model or write what is captured."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from inference.world import BUCKET, World, unique


@pytest.fixture
def denied(world: World) -> Iterator[list[str]]:
    """Denies the role these object prefixes once they are added, and ends with the test."""
    iam = world.client("iam")

    class Denied(list[str]):
        def append(self, prefix: str) -> None:
            super().append(f"arn:aws:s3:::{BUCKET}/{prefix}*")
            statement = {"Effect": "Deny", "Action": "s3:*", "Resource": list(self)}
            document = json.dumps({"Version": "2012-10-17", "Statement": statement})
            iam.put_role_policy(RoleName="hosting", PolicyName="denied", PolicyDocument=document)

    yield Denied()
    iam.delete_role_policy(RoleName="hosting", PolicyName="denied")


def test_a_model_that_may_no_longer_be_read(world: World, denied: list[str]) -> None:
    model = world.model()
    denied.append(f"models/{model}/")
    name = unique("endpoint")
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=world.config(model))
    found = world.settled(name)
    assert found["EndpointStatus"] == "Failed"
    url = f"s3://{BUCKET}/models/{model}/model.tar.gz"
    reason = found["FailureReason"]
    assert reason.startswith("Failed to download model data for container ")
    assert f'from URL: "{url}". Please ensure that there is an object located at the URL' in reason
    assert "the role passed to CreateModel has permissions to download the object" in reason
    world.delete(name)


def test_what_may_not_be_captured_does_not_keep_from_answering(world: World, denied: list[str]) -> None:
    denied.append("capture-forbidden/")
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture-forbidden",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
    }
    endpoint = world.endpoint(world.config(world.model("yes"), DataCaptureConfig=capture))
    assert world.invoke(endpoint).status == 200
    world.delete(endpoint)
    assert world.objects("capture-forbidden/") == {}
