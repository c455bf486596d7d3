"""Every member of a request that holds a role needs iam:PassRole for it, in every operation of every service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from sent_calls import ACCOUNT, ROLE

from localaws.iam.actions import Call, Need, UnmappedError, needs
from localaws.iam.actions.reference import reference
from localaws.iam.actions.services import MAPPINGS

_ROLE_MEMBER = re.compile(r"role(arn|override)?$", re.IGNORECASE)
# Roles that are not passed, or not to the service that is called; docs/local-stack/iam.md names those in use elsewhere.
NOT_PASSED = {
    "cloudformation": ("ExecutionRoleArn", "LogRoleArn"),  # to CloudFormation's extensions
    "dynamodb": ("AutoScalingRoleArn",),  # linked to Application Auto Scaling
    "logs": ("dataSourceRoleArn",),  # to OpenSearch
    "sagemaker": (
        *("AmazonBedrockRoleArn", "AmazonForecastRoleArn", "ClusterRoleArn", "CrossAccountModelRegisterRoleArn"),
        *("EmrServerlessSettings.ExecutionRoleArn", "EmrServerlessComputeConfig.ExecutionRoleARN"),
        "CfnTemplateProvider.RoleARN",
    ),
    "sts": ("RoleArn",),  # assumed, not passed
}
# What the reference says passes a role, and names none in a member of its own.
WITHOUT_MEMBER = {
    "iam:AddRoleToInstanceProfile",
    "sagemaker:CreateEdgeDeploymentPlan",
    "sagemaker:CreateEdgeDeploymentStage",
    "sns:CreatePlatformApplication",
    "sns:CreateTopic",
    "sns:SetPlatformApplicationAttributes",
    "sns:SetTopicAttributes",
    "ssm:CreateDocument",
}


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def role_members(shape: Shape | None, path: str = "", seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Paths of members that hold a role; `[]` stands for a list."""
    if shape is None or shape.name in seen:
        return
    seen |= {shape.name}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if member.type_name == "string" and _ROLE_MEMBER.search(name):
                yield f"{path}{name}"
            yield from role_members(member, f"{path}{name}.", seen)
    elif shape.type_name == "list":
        yield from role_members(shape.member, f"{path}[].", seen)


def arguments(path: str) -> Any:
    value: Any = ROLE
    for name in reversed(path.split(".")):
        value = [value] if name == "[]" else {name: value}
    return value


def passed(service: str, operation: str, path: str) -> list[Need]:
    try:
        found = needs(Call(service, operation, arguments(path)), ACCOUNT)
    except UnmappedError:
        return [Need("iam:PassRole", ROLE)]  # it is denied
    return [need for need in found if need.action == "iam:PassRole"]


@pytest.mark.parametrize("service", MAPPINGS)
def test_every_role_in_a_request_is_passed(service: str) -> None:
    for operation in model(service).operation_names:
        for path in role_members(model(service).operation_model(operation).input_shape):
            expected = not path.replace("[].", "").endswith(NOT_PASSED.get(service, ()) or ("\0",))
            found = {need.resource for need in passed(service, operation, path)}
            assert found == ({ROLE} if expected else set()), f"{operation} {path}"


@pytest.mark.parametrize("service", MAPPINGS)
def test_operations_that_pass_a_role_by_the_reference_have_one(service: str) -> None:
    known = reference(service)
    assert known is not None
    passing = {name for name, action in known.actions.items() if "iam:PassRole" in action.dependent}
    without = {
        f"{service}:{name}"
        for name in passing & set(model(service).operation_names)
        if not list(role_members(model(service).operation_model(name).input_shape))
    }
    assert without <= WITHOUT_MEMBER


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "principal"),
    [
        ("sagemaker", "CreateModel", {"ExecutionRoleArn": ROLE}, "sagemaker.amazonaws.com"),
        ("lambda", "CreateFunction", {"Role": ROLE}, "lambda.amazonaws.com"),
        ("scheduler", "CreateSchedule", {"Target": {"RoleArn": ROLE}}, "scheduler.amazonaws.com"),
        ("events", "PutTargets", {"Targets": [{"RoleArn": ROLE}]}, "events.amazonaws.com"),
        ("codebuild", "CreateProject", {"serviceRole": ROLE}, "codebuild.amazonaws.com"),
        ("codepipeline", "UpdatePipeline", {"pipeline": {"roleArn": ROLE}}, "codepipeline.amazonaws.com"),
        ("cloudformation", "CreateStack", {"RoleARN": ROLE}, "cloudformation.amazonaws.com"),
        ("budgets", "CreateBudgetAction", {"ExecutionRoleArn": ROLE}, "budgets.amazonaws.com"),
        ("logs", "PutSubscriptionFilter", {"roleArn": ROLE}, "logs.amazonaws.com"),
    ],
)
def test_service_that_the_role_is_passed_to(
    service: str, operation: str, parameters: dict[str, Any], principal: str
) -> None:
    found = [need for need in needs(Call(service, operation, parameters), ACCOUNT) if need.action == "iam:PassRole"]
    assert [need.context for need in found] == [{"iam:passedtoservice": (principal,)}]


def test_role_that_is_linked_to_the_service_is_not_passed() -> None:
    linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    call = Call("application-autoscaling", "RegisterScalableTarget", {"RoleARN": linked})
    assert {need.action for need in needs(call, ACCOUNT)} == {"application-autoscaling:RegisterScalableTarget"}


def test_name_of_a_role_does_not_make_it_a_linked_one() -> None:
    for role in (f"{ROLE}:role/aws-service-role/x", "x:role/aws-service-role/x", f"{ROLE}/aws-service-role/x"):
        found = needs(Call("lambda", "CreateFunction", {"FunctionName": "f", "Role": role}), ACCOUNT)
        assert found[1].action == "iam:PassRole"


def test_role_that_is_given_by_its_name_is_passed() -> None:
    found = needs(Call("codebuild", "StartBuild", {"projectName": "p", "serviceRoleOverride": "job"}), ACCOUNT)
    assert found[1] == Need("iam:PassRole", "arn:aws:iam::111122223333:role/job")
