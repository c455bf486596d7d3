"""Task 4 on the local stack: a version counts only with metrics, model data and an approval state."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from mlops.validate.account import Account, Miss
from mlops.validate.tasks import model_registry

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
METRICS = {"binary_classification_metrics": {"auc": {"value": 0.93, "standard_deviation": 0.003}}}


@pytest.fixture
def bucket(student: str) -> str:
    """A bucket with a report and a model."""
    name = f"sagemaker-{student}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="evaluation.json", Body=json.dumps(METRICS).encode())
    s3.put_object(Bucket=name, Key="model.tar.gz", Body=b"a model")
    return name


@pytest.fixture
def group(student: str, sagemaker: Any) -> str:
    name = f"xgboost-models-{student}"
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def version(bucket: str, group: str, **changes: Any) -> dict[str, Any]:
    request = {
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "ModelMetrics": {
            "ModelQuality": {
                "Statistics": {"ContentType": "application/json", "S3Uri": f"s3://{bucket}/evaluation.json"}
            }
        },
    }
    return {name: value for name, value in (request | changes).items() if value is not None}


def miss(student: str) -> str:
    with pytest.raises(Miss) as caught:
        model_registry.check(Account(student))
    return caught.value.result.said


def test_no_group(student: str) -> None:
    assert miss(student) == f"no model package group has {student} in its name"


@pytest.mark.usefixtures("group")
def test_an_empty_group(student: str) -> None:
    assert miss(student) == "the model package group has no versions"


def test_a_complete_version(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group))
    result = model_registry.check(Account(student))
    assert result.passed
    assert result.said == "1 of 1 versions complete: PendingManualApproval"
    assert [each.status for each in result.evidence] == ["Completed", "PendingManualApproval"]


def test_one_complete_version_among_others_is_enough(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group, ModelApprovalStatus="Approved"))
    sagemaker.create_model_package(**version(bucket, group, ModelMetrics=None))
    assert model_registry.check(Account(student)).said == "1 of 2 versions complete: Approved"


def test_without_metrics(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group, ModelMetrics=None))
    assert miss(student) == "version 1 was registered without metrics"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (None, "where there is no object"),
        (b"", "where there is no object"),
        (b"not json", "which hold no metric with a value"),
        (b"[]", "which hold no metric with a value"),
        (b'{"binary_classification_metrics": {}}', "which hold no metric with a value"),
        (b'{"binary_classification_metrics": {"auc": {"value": "NaN"}}}', "which hold no metric with a value"),
        (b'{"binary_classification_metrics": {"auc": {"value": true}}}', "which hold no metric with a value"),
    ],
)
def test_metrics_that_are_not_there(
    body: bytes | None, fault: str, bucket: str, group: str, student: str, sagemaker: Any
) -> None:
    sagemaker.create_model_package(**version(bucket, group))
    s3 = boto3.client("s3")
    if body is None:
        s3.delete_object(Bucket=bucket, Key="evaluation.json")
    else:
        s3.put_object(Bucket=bucket, Key="evaluation.json", Body=body)
    said = miss(student)
    assert said.startswith(f"version 1 names metrics at s3://{bucket}/evaluation.json")
    assert fault in said


def test_model_data_that_is_not_there(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group))
    boto3.client("s3").delete_object(Bucket=bucket, Key="model.tar.gz")
    assert miss(student) == f"version 1 names model data at s3://{bucket}/model.tar.gz, where there is no object"


def test_no_inference_specification(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group, InferenceSpecification=None))
    assert miss(student) == "version 1 has no inference specification: it could not be deployed"


def test_no_model_data_at_all(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    specification = {
        "Containers": [{"Image": IMAGE}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    sagemaker.create_model_package(**version(bucket, group, InferenceSpecification=specification))
    assert miss(student) == "version 1 names no model data"


def test_somebody_else_s_group_does_not_count(student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName=f"xgboost-models-not{student}")
    sagemaker.create_model_package_group(
        ModelPackageGroupName=f"xgboost-models-{student}-smith",
        Tags=[{"Key": "StudentId", "Value": f"{student}-smith"}],
    )
    assert miss(student) == f"no model package group has {student} in its name"
