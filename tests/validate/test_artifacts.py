"""S3 locations in the API's answers."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.validate.artifacts import artifacts

URI = "s3://sagemaker-ann/x"


def found(document: Any) -> list[tuple[str, bool]]:
    return [(artifact.bucket, artifact.is_code) for artifact in artifacts(document)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"S3OutputPath": "s3://sagemaker-ann"}, [("sagemaker-ann", False)]),
        ({"Environment": {"DATA": "S3://Sagemaker-Ann/x"}}, [("Sagemaker-Ann", False)]),
        ({"ContainerArguments": ["--data", URI]}, [("sagemaker-ann", False)]),
        ({"HyperParameters": {"sagemaker_submit_directory": f'"{URI}"'}}, [("sagemaker-ann", True)]),
        ({"Environment": {"SAGEMAKER_SUBMIT_DIRECTORY": URI}}, [("sagemaker-ann", True)]),
        ({"InputDataConfig": [{"ChannelName": "code", "S3Uri": URI}]}, [("sagemaker-ann", True)]),
        ({"InputDataConfig": [{"ChannelName": "codes", "S3Uri": URI}]}, [("sagemaker-ann", False)]),
        ({"ProcessingInputs": [{"InputName": "code", "S3Input": {"S3Uri": URI}}]}, [("sagemaker-ann", True)]),
        ({"CustomerMetadataProperties": {"source": URI}, "ModelDescription": URI, "Tags": [{"Value": URI}]}, []),
        ({"Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/x:1", "Note": "see s3://a/b", "S3Uri": "s3://"}, []),
        ({"ModelDataUrl": "https://s3.amazonaws.com/sagemaker-ann/x"}, [("sagemaker-ann", False)]),
        ({"ModelDataUrl": "https://s3-eu-west-1.amazonaws.com/sagemaker-ann/x"}, [("sagemaker-ann", False)]),
        ({"S3Uri": "https://sagemaker-ann.s3.eu-west-1.amazonaws.com/x"}, [("sagemaker-ann", False)]),
        ({"S3Uri": "https://sagemaker-ann.s3.lee.s3.amazonaws.com/x"}, [("sagemaker-ann.s3.lee", False)]),
        ({"S3Uri": "https://sagemaker-ann.s3.lee.example/x"}, [("https://sagemaker-ann.s3.lee.example/x", False)]),
        ({"DocumentationUrl": "https://example.com"}, []),
        ({"S3Uri": None, "Count": 3, "Flag": True}, []),
    ],
)
def test_locations(document: Any, expected: list[tuple[str, bool]]) -> None:
    assert found(document) == expected


def test_a_hostile_address_is_read_in_linear_steps() -> None:
    """It would take longer than any test if the pattern could read a hyphen in two ways."""
    address = f"https://s3{'-a' * 4000}!"
    assert found({"S3Uri": address}) == [(address, False)]
