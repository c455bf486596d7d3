"""Configurations of deployments: what is kept, what changes, and what their names say."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from mlops.aws.errors import UserError
from mlops.deployment.configuration import (
    Changes,
    build,
    configuration_name,
    model_name,
    settings_hashes,
    unique_ending,
)

MEMBERS = frozenset({"ProductionVariants", "ShadowProductionVariants", "DataCaptureConfig", "KmsKeyId", "VpcConfig"})
VARIANT = {"VariantName": "AllTraffic", "ModelName": "old", "InstanceType": "ml.t2.medium", "InitialInstanceCount": 1}
CAPTURE = {"EnableCapture": True, "InitialSamplingPercentage": 100, "DestinationS3Uri": "s3://b/capture"}
# Terraform's jsonencode of the modules' inputs.
INSTANCES = '{"count":1,"type":"ml.t2.medium"}'
OTHER = '{"kms_key_arn":null,"variant_name":"AllTraffic"}'


def described(**members: Any) -> dict[str, Any]:
    return {
        "EndpointConfigName": "config",
        "EndpointConfigArn": "arn",
        "CreationTime": 0,
        "ProductionVariants": [VARIANT],
        **members,
    }


def hashes(*texts: str) -> str:
    return "".join(hashlib.sha256(text.encode()).hexdigest()[:3] for text in texts)


def test_everything_is_kept_but_what_changes() -> None:
    before = described(KmsKeyId="key", VpcConfig={"Subnets": ["s"]}, DataCaptureConfig=CAPTURE)
    after = build(before, Changes(model="new"), MEMBERS)
    assert after == {
        "KmsKeyId": "key",
        "VpcConfig": {"Subnets": ["s"]},
        "DataCaptureConfig": CAPTURE,
        "ProductionVariants": [{**VARIANT, "ModelName": "new"}],
    }
    assert before["ProductionVariants"] == [VARIANT], "what was described is not touched"


def test_one_of_several_variants_gets_the_model() -> None:
    other = {**VARIANT, "VariantName": "B"}
    after = build(described(ProductionVariants=[VARIANT, other]), Changes(model="new", variant="B"), MEMBERS)
    assert [variant["ModelName"] for variant in after["ProductionVariants"]] == ["old", "new"]


def test_an_endpoint_that_captured_nothing_begins_to() -> None:
    after = build(described(), Changes(capture_percent=5, capture_uri="s3://b/capture"), MEMBERS)["DataCaptureConfig"]
    assert (after["EnableCapture"], after["InitialSamplingPercentage"]) == (True, 5)
    assert after["DestinationS3Uri"] == "s3://b/capture"
    assert [option["CaptureMode"] for option in after["CaptureOptions"]] == ["Input", "Output"]


@pytest.mark.parametrize("changes", [Changes(capture_percent=5), Changes(instance_count=2), Changes(instance_type="t")])
def test_a_serverless_variant_has_no_such_settings(changes: Changes) -> None:
    serverless = {"VariantName": "a", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048}}
    with pytest.raises(UserError, match="variant a is serverless and has no instances and no capture"):
        build(described(ProductionVariants=[serverless]), changes, MEMBERS)


@pytest.mark.parametrize(
    ("request_", "texts"),
    [
        (described(), ("null", INSTANCES, OTHER)),
        (described(DataCaptureConfig={**CAPTURE, "EnableCapture": False}), ("null", INSTANCES, OTHER)),
        (
            described(DataCaptureConfig={**CAPTURE, "KmsKeyId": ""}),
            ('{"kms_key_arn":null,"percent":100,"uri":"s3://b/capture"}', INSTANCES, OTHER),
        ),
        (
            described(
                ProductionVariants=[
                    {
                        "VariantName": "AllTraffic",
                        "ModelName": "m",
                        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
                    }
                ]
            ),
            ("null", '{"max_concurrency":5,"memory_mb":2048}', OTHER),
        ),
        (
            described(
                KmsKeyId="arn:key",
            ),
            (
                "null",
                INSTANCES,
                '{"kms_key_arn":"arn:key","variant_name":"AllTraffic"}',
            ),
        ),
    ],
)
def test_settings_are_hashed_as_terraform_encodes_them(request_: dict[str, Any], texts: tuple[str, ...]) -> None:
    assert settings_hashes(request_) == hashes(*texts)


@pytest.mark.parametrize("endpoint", ["a", "xgboost-endpoint-a2345678901234567890", "e" * 63])
def test_names_fit_and_differ_within_a_second(endpoint: str) -> None:
    endings = {unique_ending() for _ in range(20)}
    assert len(endings) == 20
    for ending in endings:
        name = configuration_name(endpoint, described(), ending)
        assert len(name) <= 63
        # What the module's regular expression looks for.
        assert re.fullmatch(rf"{endpoint[:42]}[A-Za-z0-9-]*-[0-9a-f]{{9}}-[0-9a-z]{{10}}", name)


def test_a_models_name_has_the_longest_student_id_whole() -> None:
    student = "a2345678901234567890"
    name = model_name(student, 12345, unique_ending())
    assert name.startswith(f"xgboost-model-{student}-v12345-")
    assert len(name) <= 63
