"""SimulatePrincipalPolicy, as SDK v3 calls it before it uses a role."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def decisions(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    results = answer["EvaluationResults"]
    return {(result["EvalActionName"], result["EvalResourceName"]): result["EvalDecision"] for result in results}


def test_a_role_gets_a_decision_for_each_action_and_resource(module_stack: Any) -> None:
    iam = module_stack.client("iam")
    arn = iam.create_role(RoleName="simulated", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    reads = {"Effect": "Allow", "Action": ["s3:Get*", "sagemaker:*"], "Resource": "*"}
    forbids = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    iam.put_role_policy(RoleName="simulated", PolicyName="some", PolicyDocument=document(reads, forbids))
    answer = iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["s3:GetObject", "s3:PutObject", "sagemaker:CreateModel"],
        ResourceArns=["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"],
    )
    assert answer["IsTruncated"] is False
    assert decisions(answer) == {
        ("s3:GetObject", "arn:aws:s3:::a/x"): "allowed",
        ("s3:GetObject", "arn:aws:s3:::b/x"): "explicitDeny",
        ("s3:PutObject", "arn:aws:s3:::a/x"): "implicitDeny",
        ("s3:PutObject", "arn:aws:s3:::b/x"): "explicitDeny",
        ("sagemaker:CreateModel", "arn:aws:s3:::a/x"): "allowed",
        ("sagemaker:CreateModel", "arn:aws:s3:::b/x"): "allowed",
    }


def test_policies_and_context_of_the_request_count(module_stack: Any) -> None:
    iam = module_stack.client("iam")
    arn = iam.create_role(RoleName="bare", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    ours = {"StringLike": {"s3:prefix": ["ours/*"]}}
    lists = document({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": ours})

    def ask(**changes: Any) -> str:
        return next(
            iter(
                decisions(
                    iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:ListBucket"], **changes)
                ).values()
            )
        )

    def prefix(value: str) -> list[dict[str, Any]]:
        return [{"ContextKeyName": "s3:prefix", "ContextKeyValues": [value], "ContextKeyType": "string"}]

    assert ask() == "implicitDeny"
    assert ask(PolicyInputList=[lists]) == "implicitDeny"
    assert ask(PolicyInputList=[lists], ContextEntries=prefix("theirs/a")) == "implicitDeny"
    assert ask(PolicyInputList=[lists], ContextEntries=prefix("ours/a")) == "allowed"
    boundary = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    bounded = {"PolicyInputList": [lists], "PermissionsBoundaryPolicyInputList": [boundary]}
    assert ask(**bounded, ContextEntries=prefix("ours/a")) == "implicitDeny"
    answer = iam.simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:ListBucket"], **bounded
    )
    details = [result["PermissionsBoundaryDecisionDetail"] for result in answer["EvaluationResults"]]
    assert [detail["AllowedByPermissionsBoundary"] for detail in details] == [True, False]
    with pytest.raises(ClientError, match=r"InvalidInput.*no condition operator StringLooksLike"):
        ask(PolicyInputList=[lists.replace("StringLike", "StringLooksLike")])


def test_the_administrator_may_do_everything(module_stack: Any) -> None:
    answer = module_stack.client("iam").simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::123456789012:user/localaws-administrator", ActionNames=["iam:CreateRole"]
    )
    assert decisions(answer) == {("iam:CreateRole", "*"): "allowed"}


def test_a_principal_that_is_not_there(module_stack: Any) -> None:
    with pytest.raises(ClientError, match=r"NoSuchEntity.*role/nobody cannot be found"):
        module_stack.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/nobody", ActionNames=["s3:GetObject"]
        )
