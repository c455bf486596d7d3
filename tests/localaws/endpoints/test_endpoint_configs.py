"""Endpoint configurations: what is kept, and every refusal a person can meet."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from inference.world import ACCOUNT, INSTANCE, REGION, World, packed, unique

SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 50,
    "DestinationS3Uri": "s3://hosting/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.fixture(scope="module")
def model(world: World) -> str:
    return world.model()


def variant(model: str, name: str = "A", **members: Any) -> dict[str, Any]:
    return {"VariantName": name, "ModelName": model, **INSTANCE, **members}


def serverless(model: str, name: str = "A", **members: Any) -> dict[str, Any]:
    return {"VariantName": name, "ModelName": model, "ServerlessConfig": SERVERLESS, **members}


def refusal(world: World, **request: Any) -> str:
    """The message of the refused CreateEndpointConfig."""
    with pytest.raises(ClientError) as caught:
        world.sagemaker.create_endpoint_config(EndpointConfigName=unique("config"), **request)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return str(caught.value.response["Error"]["Message"])


def test_describe_gives_back_what_was_sent_and_nothing_else(world: World, model: str) -> None:
    sent = {
        "EndpointConfigName": unique("config"),
        "ProductionVariants": [variant(model, InitialVariantWeight=1.0)],
        "DataCaptureConfig": CAPTURE,
        "KmsKeyId": "alias/disk",
    }
    arn = world.sagemaker.create_endpoint_config(**sent)["EndpointConfigArn"]
    found = world.sagemaker.describe_endpoint_config(EndpointConfigName=sent["EndpointConfigName"])
    for member in ("ResponseMetadata", "CreationTime"):
        del found[member]
    assert found == {**sent, "EndpointConfigArn": arn}
    assert arn == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint-config/{sent['EndpointConfigName']}"


def test_list_and_delete(world: World, model: str) -> None:
    name = world.config(model)
    listed = world.sagemaker.list_endpoint_configs(NameContains=name)["EndpointConfigs"]
    assert [config["EndpointConfigName"] for config in listed] == [name]
    world.sagemaker.delete_endpoint_config(EndpointConfigName=name)
    with pytest.raises(ClientError, match=f'Could not find endpoint configuration "arn:.*/{name}"'):
        world.sagemaker.describe_endpoint_config(EndpointConfigName=name)


def test_name_is_taken(world: World, model: str) -> None:
    name = world.config(model)
    with pytest.raises(ClientError, match=f'Cannot create already existing endpoint configuration "arn:.*/{name}"'):
        world.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant(model)])


def test_model_must_exist(world: World) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/nowhere"
    assert refusal(world, ProductionVariants=[variant("nowhere")]) == f'Could not find model "{arn}".'


def test_variants(world: World, model: str) -> None:
    said = refusal(world, ProductionVariants=[variant(model), variant(model)])
    assert said == "Variant names must be unique; given more than once: A."
    said = refusal(world, ProductionVariants=[variant(model, InitialVariantWeight=0.0)])
    assert said == "At least one production variant must have an InitialVariantWeight above 0."
    without = {name: value for name, value in variant(model).items() if name != "InstanceType"}
    assert refusal(world, ProductionVariants=[without]).startswith("InstanceType of variant A is missing")
    component = {name: value for name, value in variant(model).items() if name != "ModelName"}
    assert "does not host inference components" in refusal(world, ProductionVariants=[component])


def test_shadow_variants(world: World, model: str) -> None:
    shadows = [variant(model, "S1"), variant(model, "S2")]
    said = refusal(world, ProductionVariants=[variant(model)], ShadowProductionVariants=shadows)
    assert "one for ShadowProductionVariants; given are 1 and 2" in said
    shadow = [variant(model, "A")]
    assert "more than once: A" in refusal(world, ProductionVariants=[variant(model)], ShadowProductionVariants=shadow)


def test_serverless_cannot_have_what_instances_have(world: World, model: str) -> None:
    said = refusal(world, ProductionVariants=[serverless(model, InstanceType="ml.m5.large")])
    assert said == "InstanceType cannot be specified together with ServerlessConfig (variant A)."
    said = refusal(world, ProductionVariants=[serverless(model)], DataCaptureConfig=CAPTURE)
    assert said == "DataCaptureConfig is not supported for serverless endpoints."
    said = refusal(world, ProductionVariants=[serverless(model)], KmsKeyId="alias/disk")
    assert said == "KmsKeyId is not supported for serverless endpoints."
    said = refusal(world, ProductionVariants=[serverless(model), variant(model, "B")])
    assert said == "Serverless and instance-based variants cannot be mixed in one configuration."
    said = refusal(world, ProductionVariants=[serverless(model), serverless(model, "B")])
    assert said == "A serverless endpoint can have only one production variant."


def test_serverless_limits(world: World, model: str) -> None:
    memory = serverless(model, ServerlessConfig={**SERVERLESS, "MemorySizeInMB": 1500})
    assert "MemorySizeInMB 1500 of variant A is not one of 1024, 2048" in refusal(world, ProductionVariants=[memory])
    provisioned = serverless(model, ServerlessConfig={**SERVERLESS, "ProvisionedConcurrency": 6})
    said = refusal(world, ProductionVariants=[provisioned])
    assert said == "ProvisionedConcurrency 6 of variant A is more than its MaxConcurrency 5."


def test_multi_model_cannot_be_serverless_or_one_of_several(world: World, model: str) -> None:
    many = unique("many")
    container = {"Image": "tiny", "ModelDataUrl": "s3://hosting/prefix/", "Mode": "MultiModel"}
    container["Image"] = world.sagemaker.describe_model(ModelName=model)["PrimaryContainer"]["Image"]
    world.sagemaker.create_model(ModelName=many, ExecutionRoleArn=world.role, PrimaryContainer=container)
    assert "Multi-model containers cannot be served" in refusal(world, ProductionVariants=[serverless(many)])
    said = refusal(world, ProductionVariants=[variant(many), variant(model, "B")])
    assert said == "An endpoint with a multi-model container can have only one variant."


def test_data_capture(world: World, model: str) -> None:
    https = {**CAPTURE, "DestinationS3Uri": "https://hosting/capture"}
    said = refusal(world, ProductionVariants=[variant(model)], DataCaptureConfig=https)
    assert said == "S3 URI 'https://hosting/capture' is not of the form s3://bucket/key."
    twice = {**CAPTURE, "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Input"}]}
    said = refusal(world, ProductionVariants=[variant(model)], DataCaptureConfig=twice)
    assert said == "CaptureOptions name a CaptureMode twice: Input, Input."
    header = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["text/csv"]}
    both = {**CAPTURE, "CaptureContentTypeHeader": header}
    assert "both as CSV and as JSON: text/csv" in refusal(
        world, ProductionVariants=[variant(model)], DataCaptureConfig=both
    )


@pytest.mark.parametrize(
    ("member", "value", "what"),
    [
        ("ExplainerConfig", {}, "online explainability"),
    ],
)
def test_what_the_stack_does_not_serve_is_said(world: World, model: str, member: str, value: Any, what: str) -> None:
    said = refusal(world, ProductionVariants=[variant(model)], **{member: value})
    assert said == f"The local stack does not serve {what}: leave out {member}, or run this against AWS."


def test_model_that_needs_an_unknown_image(world: World) -> None:
    image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/unheard-of:1"
    unknown = world.model(image=image, artifact=packed(a=b"b"))
    assert f'uri = "{image}" serve = [' in refusal(world, ProductionVariants=[variant(unknown)])
