"""Task 4 on the local stack: a version counts only with metrics, model data and an approval state."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed
from mlops.validate.tasks import model_registry

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
MODEL = (Path(__file__).resolve().parents[2] / "rendered" / "bootstrap" / "xgboost-default.tar.gz").read_bytes()
METRICS = {"binary_classification_metrics": {"auc": {"value": 0.93, "standard_deviation": 0.003}}}


@pytest.fixture
def bucket(student: str) -> str:
    """A bucket with a report and a model."""
    name = f"sagemaker-{student}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="evaluation.json", Body=json.dumps(METRICS).encode())
    s3.put_object(Bucket=name, Key="model.tar.gz", Body=MODEL)
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
    with pytest.raises(CheckFailed) as caught:
        model_registry.check(Account(student))
    return caught.value.result.message


def test_no_group(student: str) -> None:
    assert miss(student) == f"no model package group of {student} was found"


def test_an_empty_group(group: str, student: str, sagemaker: Any) -> None:
    nothing = f"no model package group of {student} was found: {group} has no tag StudentId and no versions"
    assert miss(student) == nothing
    arn = sagemaker.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "studentid", "Value": student}])
    assert miss(student) == nothing, "another key is another tag"
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "StudentId", "Value": student}])
    assert miss(student) == f"{group} has no versions"


def test_a_complete_version(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group))
    result = model_registry.check(Account(student))
    assert result.passed
    assert result.message == "1 of 1 versions complete: PendingManualApproval"
    assert [each.status for each in result.evidence] == ["Completed", "PendingManualApproval"]


def test_one_complete_version_among_others_is_enough(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group, ModelApprovalStatus="Approved"))
    sagemaker.create_model_package(**version(bucket, group, ModelMetrics=None))
    found = model_registry.check(Account(student))
    assert found.message == "1 of 2 versions complete: Approved"
    assert found.evidence[2].subject.endswith(f"model-package/{group}/2")
    assert found.evidence[2].status == "version 2 was registered without metrics"


def test_without_metrics(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group, ModelMetrics=None))
    assert miss(student) == "version 1 was registered without metrics"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (None, "where there is no object"),
        (b"", "which is empty"),
        (b"not json", "which is not JSON"),
        (b"[" * 100_000, "which is not JSON"),
        (b"[]", "which holds no metric with a value"),
        (b'{"binary_classification_metrics": {}}', "which holds no metric with a value"),
        (b'{"binary_classification_metrics": {"auc": {"value": "NaN"}}}', "which holds no metric with a value"),
        (b'{"binary_classification_metrics": {"auc": {"value": NaN}}}', "which holds no metric with a value"),
        (b'{"binary_classification_metrics": {"auc": {"value": true}}}', "which holds no metric with a value"),
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


@pytest.mark.parametrize(
    "content", [b"x", b"", gzip.compress(b"x"), MODEL[:500]], ids=["text", "empty", "no-tar", "cut-off"]
)
def test_model_data_that_is_no_model(content: bytes, bucket: str, group: str, student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package(**version(bucket, group))
    boto3.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=content)
    uri = f"s3://{bucket}/model.tar.gz"
    assert miss(student) == f"version 1 names model data at {uri}, which is no gzipped tar archive of a model"


def test_archives_without_a_model(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    """One container's archive must hold a model; an encoder before it need not."""
    garbage = io.BytesIO()
    with tarfile.open(fileobj=garbage, mode="w:gz") as archive:
        member = tarfile.TarInfo("xgboost-model")
        member.size = 7
        archive.addfile(member, io.BytesIO(b"garbage"))
    boto3.client("s3").put_object(Bucket=bucket, Key="encoder.tar.gz", Body=garbage.getvalue())
    uri = f"s3://{bucket}/encoder.tar.gz"
    specification = version(bucket, group)["InferenceSpecification"]
    encoder = {"Image": IMAGE, "ModelDataUrl": uri}
    for containers, message in (
        ([encoder], f"version 1 names model data at {uri}, which holds no model that XGBoost or scikit-learn saved"),
        ([encoder, *specification["Containers"]], None),
    ):
        request = version(bucket, group, InferenceSpecification=specification | {"Containers": containers})
        sagemaker.create_model_package(**request)
        if message:
            assert miss(student) == message
    assert model_registry.check(Account(student)).message == "1 of 2 versions complete: PendingManualApproval"


def test_a_large_archive_is_known_by_its_beginning(
    bucket: str, group: str, student: str, sagemaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlops.validate.stored_models.MAX_ARCHIVE_BYTES", 10)
    sagemaker.create_model_package(**version(bucket, group))
    assert model_registry.check(Account(student)).passed
    boto3.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=b"x" * 100)
    assert "which is no gzipped tar archive of a model" in miss(student)


@pytest.mark.parametrize(
    ("recorded", "fault"),
    [
        ({"auc": "0.93", "source": "x"}, None),
        ({"auc": "0.930"}, None),
        ({"auc": "0.93000001"}, None),
        ({"accuracy": "0.1"}, None),
        ({"auc": "0.97"}, "records auc 0.97, and s3://{bucket}/evaluation.json has 0.93"),
        ({"auc": "0.9"}, "records auc 0.9, and s3://{bucket}/evaluation.json has 0.93"),
        ({"auc": "1"}, "records auc 1, and s3://{bucket}/evaluation.json has 0.93"),
        ({"auc": "nan"}, "records auc nan, and s3://{bucket}/evaluation.json has 0.93"),
        ({"auc": "good"}, "records auc 'good', which is no number; s3://{bucket}/evaluation.json has 0.93"),
    ],
)
def test_the_recorded_metric_is_the_report_s(
    recorded: dict[str, str], fault: str | None, bucket: str, group: str, student: str, sagemaker: Any
) -> None:
    sagemaker.create_model_package(**version(bucket, group, CustomerMetadataProperties=recorded))
    if fault is None:
        assert model_registry.check(Account(student)).passed
    else:
        assert miss(student) == f"version 1 {fault.format(bucket=bucket)}"


def test_a_report_that_was_changed(bucket: str, group: str, student: str, sagemaker: Any) -> None:
    digest = hashlib.sha256(json.dumps(METRICS).encode()).hexdigest()
    statistics = {
        "ContentType": "application/json",
        "S3Uri": f"s3://{bucket}/evaluation.json",
        "ContentDigest": f"sha256:{digest}",
    }
    metrics = {"ModelQuality": {"Statistics": statistics}}
    sagemaker.create_model_package(**version(bucket, group, ModelMetrics=metrics))
    assert model_registry.check(Account(student)).passed
    better = json.dumps(METRICS).replace("0.93", "0.99")
    boto3.client("s3").put_object(Bucket=bucket, Key="evaluation.json", Body=better.encode())
    assert "which was changed since: it has another SHA-256 than the version records" in miss(student)


@pytest.mark.parametrize("part", ["model", "metrics"])
def test_artifacts_in_another_bucket(part: str, bucket: str, group: str, student: str, sagemaker: Any) -> None:
    other = f"{bucket}-other"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=other)
    for key in ("evaluation.json", "model.tar.gz"):
        s3.copy_object(Bucket=other, Key=key, CopySource={"Bucket": bucket, "Key": key})
    request, foreign = version(bucket, group), version(other, group)
    member = {"model": "InferenceSpecification", "metrics": "ModelMetrics"}[part]
    sagemaker.create_model_package(**request | {member: foreign[member]})
    key = {"model": "model.tar.gz", "metrics": "evaluation.json"}[part]
    uri = f"s3://{other}/{key}"
    assert miss(student) == f"version 1 uses {uri}, which is not in the student's bucket {bucket}"


def test_only_the_newest_versions_are_examined(
    bucket: str, group: str, student: str, sagemaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_registry, "MAX_VERSIONS", 2)
    sagemaker.create_model_package(**version(bucket, group))
    for _ in range(2):
        sagemaker.create_model_package(**version(bucket, group, ModelMetrics=None))
    assert miss(student) == "version 3 was registered without metrics"
    sagemaker.create_model_package(**version(bucket, group))
    found = model_registry.check(Account(student))
    assert found.message == "1 of the newest 2 versions complete: PendingManualApproval"


def test_another_student_s_group(student: str, sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName=f"xgboost-models-not{student}")
    sagemaker.create_model_package_group(
        ModelPackageGroupName=f"xgboost-models-{student}-smith",
        Tags=[{"Key": "StudentId", "Value": f"{student}-smith"}],
    )
    assert miss(student) == f"no model package group of {student} was found"
    sagemaker.create_model_package_group(
        ModelPackageGroupName=f"xgboost-models-{student}", Tags=[{"Key": "StudentId", "Value": "mallory"}]
    )
    assert miss(student) == (
        f"no model package group of {student} was found: xgboost-models-{student} has the tag StudentId=mallory"
    )
