"""Models of the registry: deployed by the ARN of a package alone, once it is approved."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from .world import TINY, World, packed, unique


def package(world: World, answer: str, status: str) -> str:
    group = unique("group")
    world.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    url = world.put(f"packages/{group}.tar.gz", packed(behaviour__json=json.dumps({"answer": answer}).encode()))
    arn: str = world.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [{"Image": TINY, "ModelDataUrl": url, "Environment": {"FROM": "package"}}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    return arn


def model(world: World, arn: str) -> str:
    name = unique("model")
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=world.role, Containers=[{"ModelPackageName": arn}])
    return name


def test_approved_package_is_served(world: World) -> None:
    endpoint = world.endpoint(world.config(model(world, package(world, "registered", "Approved"))))
    assert world.invoke(endpoint).text == "registered"
    (variant,) = world.describe(endpoint)["ProductionVariants"]
    assert variant["DeployedImages"][0]["SpecifiedImage"] == TINY


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_package_must_be_approved(world: World, status: str) -> None:
    arn = package(world, "x", status)
    with pytest.raises(ClientError, match=f"{arn} cannot be deployed: its ModelApprovalStatus is {status}"):
        model(world, arn)


def test_approval_that_is_taken_back(world: World) -> None:
    arn = package(world, "x", "Approved")
    name = model(world, arn)
    world.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")
    with pytest.raises(ClientError, match="its ModelApprovalStatus is Rejected"):
        world.config(name)
