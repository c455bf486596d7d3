"""Which services may assume a role: conditions, actions and denies of its trust policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from role_actor import ACCOUNT

from localaws.iam.policy import read_policy
from localaws.iam.principal import ServicePrincipal
from localaws.iam.trust import Role, decide_for_service

SAGEMAKER = "sagemaker.amazonaws.com"
JOB = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/night"


def statement(effect: str = "Allow", **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": {"Service": SAGEMAKER}, "Action": "sts:AssumeRole", **members}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return statement(Condition={operator: {key: value}})


CASES: list[tuple[list[dict[str, Any]], bool]] = [
    ([statement()], True),
    ([statement(Principal={"Service": ["lambda.amazonaws.com", SAGEMAKER]})], True),
    ([statement(Principal={"Service": "lambda.amazonaws.com"})], False),
    ([statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})], False),
    ([statement(Principal={"AWS": SAGEMAKER})], False),
    ([statement(Principal={"Federated": SAGEMAKER})], False),
    ([statement(Principal="*")], True),
    ([statement(Principal={"AWS": "*"})], True),
    ([statement(Action="sts:TagSession")], False),
    ([statement(Action=["sts:TagSession", "sts:Assume*"])], True),
    ([statement(), statement("Deny")], False),
    ([statement(), statement("Deny", Principal="*")], False),
    ([statement(), statement("Deny", Principal={"Service": "lambda.amazonaws.com"})], True),
    ([when("StringEquals", "aws:SourceAccount", ACCOUNT)], True),
    ([when("StringEquals", "aws:SourceAccount", "999999999999")], False),
    ([when("ArnLike", "aws:SourceArn", f"arn:aws:sagemaker:*:{ACCOUNT}:*")], True),
    ([when("ArnLike", "AWS:sourceARN", f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/*")], True),
    ([when("ArnLike", "aws:SourceArn", f"arn:aws:sagemaker:*:{ACCOUNT}:processing-job/*")], False),
    ([when("Bool", "aws:PrincipalIsAWSService", "true")], True),
    ([when("StringEquals", "aws:PrincipalServiceName", SAGEMAKER)], True),
    ([when("StringEquals", "sts:ExternalId", "4711")], False),
    ([when("Null", "aws:PrincipalArn", "true")], True),
    ([statement(), {**when("Bool", "aws:PrincipalIsAWSService", "false"), "Effect": "Deny", "Principal": "*"}], True),
    ([{**statement("Deny"), "Principal": {"Service": SAGEMAKER}, "Action": "sts:*"}, statement()], False),
    ([], False),
]


@pytest.mark.parametrize(("statements", "expected"), CASES)
def test_trust_policies_decide(statements: list[dict[str, Any]], expected: bool) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    role = Role(f"arn:aws:iam::{ACCOUNT}:role/r", ACCOUNT, read_policy(text))
    decision = decide_for_service(role, ServicePrincipal(SAGEMAKER, JOB), "SageMaker", "us-east-1")
    assert decision.allowed is expected
    if not expected:
        assert "role trust policy" in decision.reason("sts:AssumeRole")


def role_for(stack: Any, name: str, source: str) -> str:
    trust = when("ArnLike", "aws:SourceArn", f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:{source}")
    role = stack.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )
    return str(role["Role"]["Arn"])


def create_model(stack: Any, name: str, role: str) -> None:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    stack.client("sagemaker").create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"Image": image})


def test_the_source_is_the_resource_that_sagemaker_acts_for(module_stack: Any) -> None:
    create_model(module_stack, "traced", role_for(module_stack, "for-model", "model/traced"))
    elsewhere = role_for(module_stack, "for-job", "training-job/*")
    with pytest.raises(ClientError) as caught:
        create_model(module_stack, "untraced", elsewhere)
    message = caught.value.response["Error"]["Message"]
    assert message.startswith(f"Could not assume role {elsewhere}. Please ensure that the role exists and allows")
    assert "because no role trust policy allows the sts:AssumeRole action" in message
    assert f"with arn:aws:sagemaker:us-east-1:{ACCOUNT}:model/untraced for aws:SourceArn" in message
