"""SimulatePrincipalPolicy, as SDK v3 calls it before it uses a role."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def test_a_role_gets_a_decision_for_each_action_and_resource(own_stack: Any) -> None:
    iam = own_stack.client("iam")
    arn = iam.create_role(RoleName="simulated", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    answer = iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=["s3:GetObject", "sagemaker:CreateModel"],
        ResourceArns=["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
    )
    assert answer["IsTruncated"] is False
    assert [(result["EvalActionName"], result["EvalResourceName"]) for result in answer["EvaluationResults"]] == [
        ("s3:GetObject", "arn:aws:s3:::a/*"),
        ("s3:GetObject", "arn:aws:s3:::b/*"),
        ("sagemaker:CreateModel", "arn:aws:s3:::a/*"),
        ("sagemaker:CreateModel", "arn:aws:s3:::b/*"),
    ]
    assert {result["EvalDecision"] for result in answer["EvaluationResults"]} == {"allowed"}


def test_a_principal_that_is_not_there(own_stack: Any) -> None:
    with pytest.raises(ClientError, match=r"NoSuchEntity.*role/nobody cannot be found"):
        own_stack.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/nobody", ActionNames=["s3:GetObject"]
        )
