"""Uncompressed models: objects that become files in /opt/ml/model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .world import BUCKET, TINY, World, unique


def deployed(world: World, uri: str, kind: str) -> dict[str, Any]:
    """The description of an endpoint of a model whose data is `uri`, once it is settled."""
    source = {"S3Uri": uri, "S3DataType": kind, "CompressionType": "None"}
    container = {"Image": TINY, "ModelDataSource": {"S3DataSource": source}}
    model, endpoint = unique("model"), unique("endpoint")
    world.sagemaker.create_model(ModelName=model, ExecutionRoleArn=world.role, PrimaryContainer=container)
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=world.config(model))
    return world.settled(endpoint)


def behaviour(answer: str) -> bytes:
    return json.dumps({"answer": answer}).encode()


def test_one_object_is_one_file(world: World) -> None:
    prefix = unique("files")
    uri = world.put(f"{prefix}//behaviour.json", behaviour("one"))
    world.put(f"{prefix}//behaviour.json/../other", b"not of this model")
    found = deployed(world, uri, "S3Object")
    assert found["EndpointStatus"] == "InService", found
    assert world.invoke(found["EndpointName"], b"").text == "one"


def test_a_prefix_is_cut_off_the_names_of_files(world: World) -> None:
    prefix = unique("files")
    world.put(f"{prefix}/", b"")
    world.put(f"{prefix}/behaviour.json", behaviour("many"))
    found = deployed(world, f"s3://{BUCKET}/{prefix}/", "S3Prefix")
    assert found["EndpointStatus"] == "InService", found
    assert world.invoke(found["EndpointName"], b"").text == "many"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../weights", "has the file or directory name '..' in it"),
        ("/weights", "has an illegal char sub-sequence '//' in it"),
        ("behaviour.json/part", "both a folder as well as a file"),
    ],
)
def test_a_key_that_is_no_file_name_fails_the_endpoint_and_is_named(name: str, rule: str, world: World) -> None:
    prefix = unique("files")
    uri = world.put(f"{prefix}/behaviour.json", behaviour("never"))
    world.put(f"{prefix}/{name}", b"x")
    found = deployed(world, uri.removesuffix("behaviour.json"), "S3Prefix")
    assert found["EndpointStatus"] == "Failed"
    assert rule in found["FailureReason"]


def test_additional_model_data_is_refused(world: World) -> None:
    source = {"S3Uri": "s3://b/more/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    container = {
        "Image": TINY,
        "AdditionalModelDataSources": [{"ChannelName": "more", "S3DataSource": source}],
    }
    with pytest.raises(world.sagemaker.exceptions.ClientError, match="AdditionalModelDataSources is not supported"):
        world.sagemaker.create_model(ModelName=unique("model"), ExecutionRoleArn=world.role, PrimaryContainer=container)
