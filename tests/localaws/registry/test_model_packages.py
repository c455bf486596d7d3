"""Versions of a group, and unversioned packages, through boto3 and the aws CLI."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

SPECIFICATION = {
    "Containers": [
        {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "ModelDataUrl": "s3://b/model.tar.gz"}
    ],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}
PREFIX = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.fixture
def sagemaker(stack: Any) -> Any:
    return stack.client("sagemaker")


@pytest.fixture
def group(sagemaker: Any) -> str:
    name = f"group-{uuid.uuid4().hex[:8]}"
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def register(sagemaker: Any, group: str, **members: Any) -> str:
    arn: str = sagemaker.create_model_package(
        ModelPackageGroupName=group, InferenceSpecification=SPECIFICATION, **members
    )["ModelPackageArn"]
    return arn


def error(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    return refusal.value.response["Error"]["Code"], refusal.value.response["Error"]["Message"]


def test_a_version_is_described_with_what_was_sent_and_nothing_else(sagemaker: Any, group: str) -> None:
    metadata = {"CommitId": "abc", "GeneratedBy": "pipeline"}
    metrics = {
        "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/evaluation.json"}},
    }
    arn = register(
        sagemaker,
        group,
        MetadataProperties=metadata,
        ModelMetrics=metrics,
        CustomerMetadataProperties={"data": "sha"},
        ModelPackageDescription="first",
    )
    assert arn == f"{PREFIX}:model-package/{group}/1"
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    described.pop("ResponseMetadata")
    created = described.pop("CreationTime")
    assert created.tzinfo is not None
    assert described == {
        "CertifyForMarketplace": False,
        "CreatedBy": {
            "IamIdentity": {
                "Arn": "arn:aws:iam::123456789012:user/localaws-administrator",
                "PrincipalId": described["CreatedBy"]["IamIdentity"]["PrincipalId"],
            }
        },
        "CustomerMetadataProperties": {"data": "sha"},
        "InferenceSpecification": SPECIFICATION,
        "MetadataProperties": metadata,
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": metrics,
        "ModelPackageArn": arn,
        "ModelPackageDescription": "first",
        "ModelPackageGroupName": group,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ImageScanStatuses": [], "ValidationStatuses": []},
        "ModelPackageVersion": 1,
    }


def test_version_numbers_are_counted_by_group_and_never_used_again(sagemaker: Any, group: str) -> None:
    arns = [register(sagemaker, group) for _ in range(3)]
    sagemaker.delete_model_package(ModelPackageName=arns[2])
    code, message = error(sagemaker.describe_model_package, ModelPackageName=arns[2])
    assert (code, message) == ("ValidationException", f"ModelPackage {arns[2]} does not exist.")
    assert register(sagemaker, group).endswith(f"{group}/4")
    listed = sagemaker.list_model_packages(ModelPackageGroupName=group, SortOrder="Descending")
    assert [summary["ModelPackageVersion"] for summary in listed["ModelPackageSummaryList"]] == [4, 2, 1]


def test_approval_metadata_and_description_are_updated(sagemaker: Any, group: str) -> None:
    arn = register(sagemaker, group, CustomerMetadataProperties={"a": "1", "b": "2"})
    before = sagemaker.describe_model_package(ModelPackageName=arn)
    assert "LastModifiedTime" not in before
    assert "LastModifiedBy" not in before
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription="auc 0.93",
        CustomerMetadataProperties={"b": "3", "c": "4"},
        CustomerMetadataPropertiesToRemove=["a", "never-there"],
    )
    after = sagemaker.describe_model_package(ModelPackageName=arn)
    assert after["ModelApprovalStatus"] == "Approved"
    assert after["ApprovalDescription"] == "auc 0.93"
    assert after["CustomerMetadataProperties"] == {"b": "3", "c": "4"}
    assert after["LastModifiedTime"] >= after["CreationTime"] == before["CreationTime"]
    assert after["LastModifiedBy"] == after["CreatedBy"]
    for status in ("Rejected", "Approved", "PendingManualApproval"):
        sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        assert sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"] == status
    sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["b", "c"])
    assert "CustomerMetadataProperties" not in sagemaker.describe_model_package(ModelPackageName=arn)


def test_metadata_stays_within_the_limit(sagemaker: Any, group: str) -> None:
    arn = register(sagemaker, group, CustomerMetadataProperties={f"k{number}": "v" for number in range(50)})
    code, message = error(
        sagemaker.update_model_package, ModelPackageArn=arn, CustomerMetadataProperties={"one": "more"}
    )
    assert code == "ValidationException"
    assert "would have 51 customer metadata properties" in message


def test_inference_specifications_are_added_once(sagemaker: Any, group: str) -> None:
    arn = register(sagemaker, group)
    added = {"Name": "large", "Containers": SPECIFICATION["Containers"]}
    sagemaker.update_model_package(ModelPackageArn=arn, AdditionalInferenceSpecificationsToAdd=[added])
    assert sagemaker.describe_model_package(ModelPackageName=arn)["AdditionalInferenceSpecifications"] == [added]
    code, message = error(
        sagemaker.update_model_package, ModelPackageArn=arn, AdditionalInferenceSpecificationsToAdd=[added]
    )
    assert (code, message) == ("ValidationException", "Additional inference specification names must be unique: large.")


def test_lists_are_filtered_by_status_type_name_and_time(sagemaker: Any, group: str) -> None:
    first = register(sagemaker, group, ModelApprovalStatus="Approved")
    register(sagemaker, group)
    name = f"single-{uuid.uuid4().hex[:8]}"
    single = sagemaker.create_model_package(ModelPackageName=name, InferenceSpecification=SPECIFICATION)[
        "ModelPackageArn"
    ]
    assert single == f"{PREFIX}:model-package/{name}"

    def listed(**arguments: Any) -> list[str]:
        pages = sagemaker.get_paginator("list_model_packages").paginate(**arguments)
        return [summary["ModelPackageArn"] for page in pages for summary in page["ModelPackageSummaryList"]]

    assert listed(ModelPackageGroupName=group, ModelApprovalStatus="Approved") == [first]
    assert listed(ModelPackageGroupName=f"{PREFIX}:model-package-group/{group}", ModelApprovalStatus="Approved") == [
        first
    ]
    assert single in listed()
    assert first not in listed()
    assert first in listed(ModelPackageType="Versioned")
    assert single not in listed(ModelPackageType="Versioned")
    assert {first, single} <= set(listed(ModelPackageType="Both"))
    assert listed(NameContains=name) == [single]
    created = sagemaker.describe_model_package(ModelPackageName=first)["CreationTime"]
    assert first not in listed(ModelPackageGroupName=group, CreationTimeAfter=created.timestamp() + 1)
    assert first in listed(ModelPackageGroupName=group, CreationTimeBefore=created.timestamp() + 1)
    assert error(sagemaker.list_model_packages, ModelPackageGroupName="no-such-group") == (
        "ValidationException",
        f"ModelPackageGroup {PREFIX}:model-package-group/no-such-group does not exist.",
    )


def test_unversioned_packages_go_by_name(sagemaker: Any) -> None:
    name = f"single-{uuid.uuid4().hex[:8]}"
    request = {"ModelPackageName": name, "InferenceSpecification": SPECIFICATION, "Tags": [{"Key": "a", "Value": "b"}]}
    arn = sagemaker.create_model_package(**request)["ModelPackageArn"]
    described = sagemaker.describe_model_package(ModelPackageName=name)
    assert described["ModelPackageName"] == name
    assert "ModelApprovalStatus" not in described
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert error(sagemaker.create_model_package, **request) == (
        "ValidationException",
        f"Model Package already exists: {arn}",
    )
    code, message = error(sagemaker.update_model_package, ModelPackageArn=arn, ModelApprovalStatus="Approved")
    assert code == "ValidationException"
    assert "unversioned" in message


def test_a_package_needs_exactly_one_of_name_and_group(sagemaker: Any, group: str) -> None:
    assert error(sagemaker.create_model_package, ModelPackageName="a", ModelPackageGroupName=group) == (
        "ValidationException",
        "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.",
    )
    assert error(sagemaker.create_model_package) == ("ValidationException", "Missing ARN.")
    code, message = error(
        sagemaker.create_model_package, ModelPackageGroupName=group, Tags=[{"Key": "a", "Value": "b"}]
    )
    assert code == "ValidationException"
    assert "tags of its model package group" in message
    assert error(sagemaker.create_model_package, ModelPackageGroupName="no-such-group") == (
        "ValidationException",
        f"ModelPackageGroup {PREFIX}:model-package-group/no-such-group does not exist.",
    )


def test_the_same_client_token_makes_one_version(sagemaker: Any, group: str) -> None:
    token = uuid.uuid4().hex
    first = register(sagemaker, group, ClientToken=token)
    assert register(sagemaker, group, ClientToken=token) == first
    assert register(sagemaker, group, ClientToken=uuid.uuid4().hex) != first


def test_packages_are_described_in_batches(sagemaker: Any, group: str) -> None:
    arn = register(sagemaker, group)
    missing = f"{PREFIX}:model-package/{group}/99"
    answer = sagemaker.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert list(answer["ModelPackageSummaries"]) == [arn]
    assert answer["ModelPackageSummaries"][arn]["ModelPackageVersion"] == 1
    assert answer["BatchDescribeModelPackageErrorMap"] == {
        missing: {"ErrorCode": "ValidationException", "ErrorResponse": f"ModelPackage {missing} does not exist."}
    }


def test_the_aws_cli_lists_and_approves_versions(stack: Any, sagemaker: Any, group: str) -> None:
    arn = register(sagemaker, group)

    def aws(*words: str) -> Any:
        command = [str(Path(sys.executable).with_name("aws")), "sagemaker", *words]
        done = subprocess.run(command, env=stack.environment, capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)

    listed = aws("list-model-packages", "--model-package-group-name", group)["ModelPackageSummaryList"]
    assert [summary["ModelPackageArn"] for summary in listed] == [arn]
    aws("update-model-package", "--model-package-arn", arn, "--model-approval-status", "Approved")
    assert aws("describe-model-package", "--model-package-name", arn)["ModelApprovalStatus"] == "Approved"
