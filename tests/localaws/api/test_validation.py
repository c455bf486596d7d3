"""Every implemented operation refuses every request that breaks one constraint of the API model."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.model import StructureShape
from request_cases import broken, valid, variants

from localaws.api.errors import AwsError
from localaws.api.models import operation_model, service_model
from localaws.api.validation import parse
from localaws.services.sagemaker.service import operations

OPERATIONS = sorted(operations())
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
RUNNABLE = {
    "CreateProcessingJob": {
        "AppSpecification": {
            "ImageUri": f"{REGISTRY}/sagemaker-scikit-learn:1.4-2-cpu-py312",
            "ContainerEntrypoint": ["true"],
        },
    },
    "CreateTrainingJob": {
        "AlgorithmSpecification": {
            "TrainingImage": f"{REGISTRY}/sagemaker-xgboost:1.7-1",
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": "s3://no-such-bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    },
}


def input_shape(operation: str) -> StructureShape:
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_that_breaks_one_constraint_is_refused(operation: str) -> None:
    cases = list(broken(input_shape(operation)))[1:]
    assert cases
    for case in cases:
        with pytest.raises(AwsError) as refusal:
            parse(operation, case.value)
        assert (refusal.value.code, refusal.value.status) == (case.code, 400), case.label
        assert case.wording in refusal.value.message, case.label


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_server_refuses_what_breaks_a_constraint(module_stack: Any, operation: str) -> None:
    cases = list(broken(input_shape(operation)))[1::12]
    for case in cases:
        status, answer = module_stack.call(operation, case.value)
        assert (status, answer["__type"]) == (400, case.code), case.label
        assert case.wording in answer["message"], case.label


def test_the_cases_are_many_and_of_every_kind() -> None:
    cases = [case for operation in OPERATIONS for case in broken(input_shape(operation))]
    assert len(cases) > 2500
    for kind in ("without ", "null ", "too few", "too many", "too short", "too long", "too small", "too large"):
        assert any(f".{kind}" in f".{case.label}" for case in cases), kind
    for kind in ("not in enum", "off pattern", "wrong type"):
        assert sum(case.label.endswith(kind) for case in cases) > 100, kind
    assert max(case.label.count(".") for case in cases) >= 6


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_smallest_valid_request_passes_validation(module_stack: Any, operation: str) -> None:
    status, answer = module_stack.call(operation, valid(input_shape(operation)))
    assert status < 500
    assert answer.get("__type") != "SerializationException"
    assert "validation error" not in answer.get("message", "")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_that_is_valid_by_the_model_is_never_a_fault(module_stack: Any, operation: str) -> None:
    """With a role that exists and an image that runs, so that it gets past the first checks of its feature."""
    name = f"role-{operation}"[:64]
    role = module_stack.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    requests = []
    for number, request in enumerate(variants(input_shape(operation))):
        runnable = RUNNABLE.get(operation, {})
        whole = {**runnable, **request}
        if "AppSpecification" in whole:
            whole["AppSpecification"] = {**runnable["AppSpecification"], **whole["AppSpecification"]}
            whole["AppSpecification"]["ImageUri"] = runnable["AppSpecification"]["ImageUri"]
        if "RoleArn" in whole:
            whole["RoleArn"] = role["Role"]["Arn"]
        if operation in RUNNABLE:
            whole[f"{operation.removeprefix('Create')}Name"] = f"job-{number}"
        requests.append(whole)
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda request: module_stack.call(operation, request), requests)
        faults = [
            (request, answer) for request, (status, answer) in zip(requests, answers, strict=True) if status >= 500
        ]
    assert faults == []


def test_the_smallest_valid_request_of_every_operation_of_the_api_passes() -> None:
    for operation in service_model().operation_names:
        shape = operation_model(operation).input_shape
        if shape is not None:
            assert parse(operation, valid(shape)) is not None, operation


def test_errors_are_collected_in_the_words_of_aws() -> None:
    with pytest.raises(AwsError) as refusal:
        parse("CreateModel", {"ModelName": "x" * 64, "Tags": [{"Key": "k", "Value": "v"}, {"Key": "", "Value": "v"}]})
    assert refusal.value.code == "ValidationException"
    assert refusal.value.message == (
        "2 validation errors detected: "
        f"Value '{'x' * 64}' at 'modelName' failed to satisfy constraint: "
        "Member must have length less than or equal to 63; "
        "Value '' at 'tags.2.member.key' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        (
            {},
            "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            {"ModelName": "m", "PrimaryContainer": {"Mode": "x"}},
            "1 validation error detected: Value 'x' at 'primaryContainer.mode' failed to satisfy constraint: "
            "Member must satisfy enum value set: [SingleModel, MultiModel]",
        ),
        (
            {"ModelName": "m", "VpcConfig": {"SecurityGroupIds": ["!"], "Subnets": ["s"]}},
            "1 validation error detected: "
            "Value '[\"!\"]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must have length less than or equal to 32, "
            "Member must have length greater than or equal to 0, "
            "Member must satisfy regular expression pattern: [-0-9a-zA-Z]+, Member must not be null]",
        ),
        (
            {"ModelName": "m", "PrimaryContainer": {"Environment": {"1": "x"}}},
            "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, ",
        ),
    ],
)
def test_the_wording_of_one_error(request_body: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError) as refusal:
        parse("CreateModel", request_body)
    assert message in refusal.value.message


def test_a_sensitive_value_is_not_repeated() -> None:
    card = {"ModelCardContent": "secret" * 20_000, "ModelCardStatus": "Draft"}
    with pytest.raises(AwsError) as refusal:
        parse("CreateModelPackage", {"ModelCard": card})
    assert refusal.value.message == (
        "1 validation error detected: Value at 'modelCard.modelCardContent' failed to satisfy constraint: "
        "Member must have length less than or equal to 100000"
    )


def test_unknown_members_and_nulls_are_ignored_and_times_are_read() -> None:
    parsed = parse("ListModels", {"Nonsense": 1, "NameContains": None, "CreationTimeAfter": 1.5})
    assert list(parsed) == ["CreationTimeAfter"]
    assert parsed["CreationTimeAfter"].timestamp() == 1.5
