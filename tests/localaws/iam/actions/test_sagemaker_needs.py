"""What SageMaker's requests need.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

from typing import Any

import pytest
from sent_calls import ACCOUNT, ROLE, context_of, needs_of

from localaws.iam.actions import Call, needs
from localaws.services.sagemaker.service import operations

ARN = "arn:aws:sagemaker:us-east-1:111122223333"
PASS = ("iam:PassRole", ROLE)
TAGS = [{"Key": "team", "Value": "a"}, {"Key": "Stage", "Value": "b"}]
EXECUTION = f"{ARN}:pipeline/p/execution/abc123"

# Operation, arguments, resources of the action of the same name, and what else is needed.
CASES: list[tuple[str, dict[str, Any], list[str], list[tuple[str, str]]]] = [
    ("CreateTrainingJob", {"TrainingJobName": "j", "RoleArn": ROLE}, ["training-job/j"], [PASS]),
    (
        "CreateTrainingJob",
        {"TrainingJobName": "j", "RoleArn": ROLE, "Tags": TAGS},
        ["training-job/j"],
        [("sagemaker:AddTags", f"{ARN}:training-job/j"), PASS],
    ),
    ("CreateTrainingJob", {"TrainingJobName": "j*"}, ["training-job/j*"], []),
    ("CreateTrainingJob", {}, ["training-job/*"], []),
    ("CreateProcessingJob", {"ProcessingJobName": "j", "RoleArn": ROLE}, ["processing-job/j"], [PASS]),
    ("CreateTransformJob", {"TransformJobName": "j", "ModelName": "m"}, ["transform-job/j"], []),
    (
        "CreateHyperParameterTuningJob",
        {"HyperParameterTuningJobName": "j", "TrainingJobDefinition": {"RoleArn": ROLE}},
        ["hyper-parameter-tuning-job/j"],
        [PASS],
    ),
    (
        "CreateHyperParameterTuningJob",
        {"HyperParameterTuningJobName": "j", "TrainingJobDefinitions": [{"RoleArn": ROLE}, {"RoleArn": f"{ROLE}2"}]},
        ["hyper-parameter-tuning-job/j"],
        [PASS, ("iam:PassRole", f"{ROLE}2")],
    ),
    ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE}, ["model/m"], [PASS]),
    ("CreateEndpointConfig", {"EndpointConfigName": "c"}, ["endpoint-config/c"], []),
    (
        "CreateEndpoint",
        {"EndpointName": "e", "EndpointConfigName": "c"},
        ["endpoint/e", "endpoint-config/c"],
        [],
    ),
    ("DescribeEndpoint", {"EndpointName": "e"}, ["endpoint/e"], []),
    ("CreatePipeline", {"PipelineName": "p", "RoleArn": ROLE}, ["pipeline/p"], [PASS]),
    ("UpdatePipeline", {"PipelineName": "p"}, ["pipeline/p"], []),
    ("UpdatePipeline", {"PipelineName": "p", "RoleArn": ROLE}, ["pipeline/p"], [PASS]),
    ("StartPipelineExecution", {"PipelineName": "p"}, ["pipeline/p"], []),
    ("StartPipelineExecution", {"PipelineName": f"{ARN}:pipeline/p"}, ["pipeline/p"], []),
    ("StopPipelineExecution", {"PipelineExecutionArn": EXECUTION}, ["pipeline/p/execution/abc123"], []),
    ("AddTags", {"ResourceArn": f"{ARN}:training-job/j", "Tags": TAGS}, ["training-job/j"], []),
    ("AddTags", {"ResourceArn": EXECUTION, "Tags": TAGS}, ["pipeline/p/execution/abc123"], []),
    ("AddTags", {"ResourceArn": f"{ARN}:no-such-type/x", "Tags": TAGS}, ["no-such-type/x"], []),
    ("ListTags", {"ResourceArn": f"{ARN}:endpoint/e"}, ["endpoint/e"], []),
    ("DeleteTags", {"ResourceArn": f"{ARN}:model/m", "TagKeys": ["a"]}, ["model/m"], []),
    ("CreateModelPackageGroup", {"ModelPackageGroupName": "g"}, ["model-package-group/g"], []),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-version.html#model-registry-version-xaccount
    ("CreateModelPackage", {"ModelPackageGroupName": "g"}, ["model-package/g/*"], []),
    ("CreateModelPackage", {"ModelPackageGroupName": f"{ARN}:model-package-group/g"}, ["model-package/g/*"], []),
    ("CreateModelPackage", {"ModelPackageName": "alone"}, ["model-package/alone"], []),
    ("DescribeModelPackage", {"ModelPackageName": f"{ARN}:model-package/g/1"}, ["model-package/g/1"], []),
    ("UpdateModelPackage", {"ModelPackageArn": f"{ARN}:model-package/g/1"}, ["model-package/g/1"], []),
    ("BatchDescribeModelPackage", {"ModelPackageArnList": [f"{ARN}:model-package/g/1"]}, ["model-package/g/1"], []),
    ("ListModelPackages", {"ModelPackageGroupName": "g"}, ["model-package/g/*"], []),
    (
        "CreateMonitoringSchedule",
        {
            "MonitoringScheduleName": "s",
            "MonitoringScheduleConfig": {"MonitoringJobDefinition": {"RoleArn": ROLE}},
        },
        ["monitoring-schedule/s"],
        [PASS],
    ),
]


@pytest.mark.parametrize(("operation", "arguments", "resources", "others"), CASES)
def test_operation(
    operation: str, arguments: dict[str, Any], resources: list[str], others: list[tuple[str, str]]
) -> None:
    own = [(f"sagemaker:{operation}", f"{ARN}:{resource}") for resource in resources]
    assert needs_of("sagemaker", operation, **arguments) == own + others


@pytest.mark.parametrize("operation", ["ListTrainingJobs", "ListEndpoints", "ListPipelines", "ListModels"])
def test_operation_without_resource(operation: str) -> None:
    assert needs_of("sagemaker", operation) == [(f"sagemaker:{operation}", "*")]


@pytest.mark.parametrize("operation", ["InvokeEndpoint", "InvokeEndpointAsync", "InvokeEndpointWithResponseStream"])
def test_invocation(operation: str) -> None:
    found = needs_of("sagemaker-runtime", operation, EndpointName="e")
    assert found == [(f"sagemaker:{operation}", f"{ARN}:endpoint/e")]


@pytest.mark.parametrize("operation", sorted(operations()))
def test_every_implemented_operation_is_mapped(operation: str) -> None:
    assert needs(Call("sagemaker", operation, {}), ACCOUNT)[0].action == f"sagemaker:{operation}"


def test_condition_keys_of_a_training_job() -> None:
    assert context_of(
        "sagemaker",
        "CreateTrainingJob",
        TrainingJobName="j",
        Tags=TAGS,
        ResourceConfig={"InstanceType": "ml.m5.large", "VolumeKmsKeyId": "k1"},
        OutputDataConfig={"KmsKeyId": "k2"},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        EnableNetworkIsolation=True,
        EnableInterContainerTrafficEncryption=False,
        VpcConfig={"Subnets": ["s1", "s2"], "SecurityGroupIds": ["g"]},
        Environment={"RoleArn": ROLE},
    ) == {
        "aws:requesttag/team": ("a",),
        "aws:requesttag/stage": ("b",),
        "aws:tagkeys": ("team", "Stage"),
        "sagemaker:instancetypes": ("ml.m5.large",),
        "sagemaker:intercontainertrafficencryption": ("false",),
        "sagemaker:maxruntimeinseconds": ("60",),
        "sagemaker:networkisolation": ("true",),
        "sagemaker:outputkmskey": ("k2",),
        "sagemaker:volumekmskey": ("k1",),
        "sagemaker:vpcsecuritygroupids": ("g",),
        "sagemaker:vpcsubnets": ("s1", "s2"),
    }


def test_condition_keys_of_other_operations() -> None:
    assert context_of(
        "sagemaker",
        "CreateEndpointConfig",
        EndpointConfigName="c",
        ProductionVariants=[{"ModelName": "m", "InstanceType": "ml.t2.medium"}],
    ) == {"sagemaker:instancetypes": ("ml.t2.medium",), "sagemaker:modelarn": (f"{ARN}:model/m",)}
    assert context_of(
        "sagemaker",
        "UpdateModelPackage",
        ModelPackageArn=f"{ARN}:model-package/g/1",
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties={"Owner": "ada"},
    ) == {
        "sagemaker:modelapprovalstatus": ("Approved",),
        "sagemaker:customermetadataproperties/owner": ("ada",),
    }
    assert context_of("sagemaker-runtime", "InvokeEndpoint", EndpointName="e", TargetModel="a.tar.gz", Body=b"") == {
        "sagemaker:targetmodel": ("a.tar.gz",)
    }
    assert context_of("sagemaker", "DeleteTags", ResourceArn=f"{ARN}:model/m", TagKeys=["a", "B"]) == {
        "aws:tagkeys": ("a", "B")
    }


def test_tags_at_creation_name_the_operation() -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html"""
    created = needs(Call("sagemaker", "CreateModel", {"ModelName": "m", "Tags": TAGS}), ACCOUNT)
    assert created[1].context["sagemaker:taggingaction"] == ("CreateModel",)
    added = needs(Call("sagemaker", "AddTags", {"ResourceArn": f"{ARN}:model/m", "Tags": TAGS}), ACCOUNT)
    assert "sagemaker:taggingaction" not in added[0].context


def test_tags_are_those_of_the_resource_that_is_created() -> None:
    parameters = {"EndpointName": "e", "InferenceComponentName": "c", "Tags": TAGS}
    found = needs(Call("sagemaker", "CreateInferenceComponent", parameters), ACCOUNT)
    assert [need.resource for need in found if need.action == "sagemaker:AddTags"] == [f"{ARN}:inference-component/c"]


def test_service_that_a_role_is_passed_to() -> None:
    passed = needs(Call("sagemaker", "CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE}), ACCOUNT)[1]
    assert passed.context == {"iam:passedtoservice": ("sagemaker.amazonaws.com",)}
