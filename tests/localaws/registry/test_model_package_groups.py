"""Groups, their policies and tags, models, and the pages of lists."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

PREFIX = "arn:aws:sagemaker:us-east-1:123456789012"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def sagemaker(stack: Any) -> Any:
    return stack.client("sagemaker")


@pytest.fixture
def name() -> str:
    return f"group-{uuid.uuid4().hex[:8]}"


def error(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    return refusal.value.response["Error"]["Code"], refusal.value.response["Error"]["Message"]


def test_a_group_is_completed_and_described_by_name_and_arn(sagemaker: Any, name: str) -> None:
    arn = sagemaker.create_model_package_group(ModelPackageGroupName=name)["ModelPackageGroupArn"]
    assert arn == f"{PREFIX}:model-package-group/{name}"
    for key in (name, arn):
        described = sagemaker.describe_model_package_group(ModelPackageGroupName=key)
        assert described["ModelPackageGroupStatus"] == "Completed"
        assert set(described) == {
            "CreatedBy",
            "CreationTime",
            "ModelPackageGroupArn",
            "ModelPackageGroupName",
            "ModelPackageGroupStatus",
            "ResponseMetadata",
        }
    assert error(sagemaker.create_model_package_group, ModelPackageGroupName=name) == (
        "ValidationException",
        f"Model Package Group already exists: {arn}",
    )


def test_a_group_with_versions_is_not_deleted(sagemaker: Any, name: str) -> None:
    arn = sagemaker.create_model_package_group(ModelPackageGroupName=name)["ModelPackageGroupArn"]
    package = sagemaker.create_model_package(ModelPackageGroupName=name)["ModelPackageArn"]
    code, message = error(sagemaker.delete_model_package_group, ModelPackageGroupName=name)
    assert code == "ConflictException"
    assert message.startswith(f"Model Package Group {arn} cannot be deleted because it still contains Model Packages.")
    sagemaker.delete_model_package(ModelPackageName=package)
    sagemaker.delete_model_package_group(ModelPackageGroupName=name)
    for call in (sagemaker.describe_model_package_group, sagemaker.delete_model_package_group):
        assert error(call, ModelPackageGroupName=name) == (
            "ValidationException",
            f"ModelPackageGroup {arn} does not exist.",
        )


def test_a_new_group_of_an_old_name_starts_at_version_one(sagemaker: Any, name: str) -> None:
    for _ in range(2):
        sagemaker.create_model_package_group(ModelPackageGroupName=name)
        package = sagemaker.create_model_package(ModelPackageGroupName=name)["ModelPackageArn"]
        assert package.endswith(f"/{name}/1")
        sagemaker.delete_model_package(ModelPackageName=package)
        sagemaker.delete_model_package_group(ModelPackageGroupName=name)


def test_a_groups_policy_is_kept_until_it_is_deleted(sagemaker: Any, name: str) -> None:
    assert error(sagemaker.get_model_package_group_policy, ModelPackageGroupName=name) == (
        "ValidationException",
        f"Cannot find Model Package Group: {name}",
    )
    arn = sagemaker.create_model_package_group(ModelPackageGroupName=name)["ModelPackageGroupArn"]
    missing = ("ValidationException", f"Cannot find resource policy for Model Package Group: {arn}")
    assert error(sagemaker.get_model_package_group_policy, ModelPackageGroupName=name) == missing
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    sagemaker.put_model_package_group_policy(ModelPackageGroupName=name, ResourcePolicy=policy)
    assert sagemaker.get_model_package_group_policy(ModelPackageGroupName=name)["ResourcePolicy"] == policy
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName=name)
    assert error(sagemaker.get_model_package_group_policy, ModelPackageGroupName=name) == missing


def test_tags_are_added_replaced_and_removed(sagemaker: Any, name: str) -> None:
    arn = sagemaker.create_model_package_group(ModelPackageGroupName=name, Tags=[{"Key": "a", "Value": "1"}])[
        "ModelPackageGroupArn"
    ]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a", "never-there"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": ""}]
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    assert error(sagemaker.add_tags, ResourceArn=arn, Tags=many)[0] == "ResourceLimitExceeded"
    assert error(sagemaker.add_tags, ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": "v"}])[0] == "ValidationException"
    twice = [{"Key": "c", "Value": "1"}, {"Key": "c", "Value": "2"}]
    assert "Duplicate tag keys" in error(sagemaker.add_tags, ResourceArn=arn, Tags=twice)[1]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": ""}]
    nowhere = f"{PREFIX}:model-package-group/no-such-group"
    assert error(sagemaker.list_tags, ResourceArn=nowhere)[0] == "ValidationException"


def test_lists_come_in_sorted_pages(own_stack: Any) -> None:
    sagemaker = own_stack.client("sagemaker")
    names = [f"group-{number:02}" for number in range(25)]
    for group in reversed(names):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)

    def listed(**arguments: Any) -> list[list[str]]:
        pages = sagemaker.get_paginator("list_model_package_groups").paginate(**arguments)
        return [[group["ModelPackageGroupName"] for group in page["ModelPackageGroupSummaryList"]] for page in pages]

    assert listed() == [names[:14:-1], names[14:4:-1], names[4::-1]]
    assert listed(SortBy="Name", MaxResults=100) == [names]
    assert listed(SortBy="Name", SortOrder="Descending", MaxResults=20) == [names[:4:-1], names[4::-1]]
    assert listed(NameContains="-1", SortBy="Name", MaxResults=100) == [names[10:20]]
    first = sagemaker.list_model_package_groups(SortBy="Name", MaxResults=10)
    sagemaker.delete_model_package_group(ModelPackageGroupName="group-09")
    second = sagemaker.list_model_package_groups(SortBy="Name", MaxResults=10, NextToken=first["NextToken"])
    assert second["ModelPackageGroupSummaryList"][0]["ModelPackageGroupName"] == "group-10"


def test_versions_made_at_once_get_numbers_of_their_own(stack: Any, sagemaker: Any, name: str) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    with ThreadPoolExecutor(8) as pool:
        arns = list(
            pool.map(lambda _: sagemaker.create_model_package(ModelPackageGroupName=name)["ModelPackageArn"], range(40))
        )
    assert sorted(int(arn.rpartition("/")[2]) for arn in arns) == list(range(1, 41))


def test_a_model_needs_a_role_that_sagemaker_can_assume_and_data_that_exists(stack: Any, sagemaker: Any) -> None:
    name = f"model-{uuid.uuid4().hex[:8]}"
    bucket = f"models-{uuid.uuid4().hex[:8]}"
    role = f"arn:aws:iam::123456789012:role/{name}"
    container = {"Image": "image:1", "ModelDataUrl": f"s3://{bucket}/model.tar.gz", "Environment": {"A": "b"}}
    request = {"ModelName": name, "ExecutionRoleArn": role, "PrimaryContainer": container}
    assert error(sagemaker.create_model, **request) == (
        "ValidationException",
        f"Could not assume role {role}. Please ensure that the role exists and allows principal "
        "'sagemaker.amazonaws.com' to assume the role.",
    )
    iam = stack.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    reads = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [reads]})
    iam.put_role_policy(RoleName=name, PolicyName="reads", PolicyDocument=document)
    missing = ("ValidationException", f"Could not find model data at s3://{bucket}/model.tar.gz.")
    assert error(sagemaker.create_model, **request) == missing
    stack.client("s3").create_bucket(Bucket=bucket)
    assert error(sagemaker.create_model, **request) == missing
    stack.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=b"x")
    arn = sagemaker.create_model(**request)["ModelArn"]
    described = sagemaker.describe_model(ModelName=name)
    assert described["PrimaryContainer"] == container
    assert set(described) == {
        "CreationTime",
        "ExecutionRoleArn",
        "ModelArn",
        "ModelName",
        "PrimaryContainer",
        "ResponseMetadata",
    }
    assert name in [model["ModelName"] for model in sagemaker.list_models(NameContains=name)["Models"]]
    assert error(sagemaker.create_model, **request) == (
        "ValidationException",
        f'Cannot create already existing model "{arn}".',
    )
    sagemaker.delete_model(ModelName=name)
    for call in (sagemaker.describe_model, sagemaker.delete_model):
        assert error(call, ModelName=name) == ("ValidationException", f'Could not find model "{arn}".')
    assert "Exactly one of PrimaryContainer" in error(sagemaker.create_model, ModelName=name)[1]
    nothing = {"ModelDataUrl": container["ModelDataUrl"]}
    assert error(sagemaker.create_model, **{**request, "PrimaryContainer": nothing}) == (
        "ValidationException",
        "Every container of a model needs Image or ModelPackageName.",
    )
