"""SimulateCustomPolicy, and what results of both simulations tell beside the decision."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from role_actor import ACCOUNT, TRUST, allow, deny, document

from localaws.iam.positions import statement_spans

USER = f"arn:aws:iam::{ACCOUNT}:user/ada"


@pytest.fixture(scope="module")
def iam(module_stack: Any) -> Any:
    return module_stack.client("iam")


def ask(iam: Any, *policies: str, **parameters: Any) -> dict[str, Any]:
    given = {"PolicyInputList": list(policies), "ActionNames": ["s3:GetObject"], **parameters}
    results: list[dict[str, Any]] = iam.simulate_custom_policy(**given)["EvaluationResults"]
    return results[0]


def test_an_example_of_aws_documentation(iam: Any) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html"""
    date = {"DateGreaterThan": {"aws:CurrentTime": "2018-08-16T12:00:00Z"}}
    text = document(allow("dynamodb:*", Condition=date))
    when = {"ContextKeyName": "aws:CurrentTime", "ContextKeyType": "date"}
    after = [{**when, "ContextKeyValues": ["2019-04-25T11:00:00Z"]}]
    answer = ask(iam, text, ActionNames=["dynamodb:CreateBackup"], ContextEntries=after)
    (matched,) = answer.pop("MatchedStatements")
    assert answer == {
        "EvalActionName": "dynamodb:CreateBackup",
        "EvalResourceName": "*",
        "EvalDecision": "allowed",
        "MissingContextValues": [],
    }
    assert matched["SourcePolicyId"] == "PolicyInputList.1"
    assert matched["StartPosition"] == {"Line": 1, "Column": text.index("[") + 2}
    assert matched["EndPosition"] == {"Line": 1, "Column": text.rindex("}]") + 2}
    before = [{**when, "ContextKeyValues": ["2014-04-25T11:00:00Z"]}]
    answer = ask(iam, text, ActionNames=["dynamodb:CreateBackup"], ContextEntries=before)
    assert (answer["EvalDecision"], answer["MatchedStatements"]) == ("implicitDeny", [])


def test_only_the_statements_that_decided_are_named(iam: Any) -> None:
    answer = ask(iam, document(allow("s3:*"), allow("ec2:*")), document(deny("s3:Get*"), allow("s3:GetObject")))
    assert answer["EvalDecision"] == "explicitDeny"
    (matched,) = answer["MatchedStatements"]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("PolicyInputList.2", "IAM Policy")


def test_keys_that_no_parameter_gives_are_missing(iam: Any) -> None:
    tagged = {
        "StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"},
        "Bool": {"aws:SecureTransport": "true"},
    }
    text = document(allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}", Condition=tagged))
    assert ask(iam, text)["MissingContextValues"] == [
        "aws:principaltag/team",
        "aws:resourcetag/team",
        "aws:securetransport",
        "aws:username",
    ]
    entry = {"ContextKeyName": "aws:username", "ContextKeyValues": ["ada"], "ContextKeyType": "string"}
    assert "aws:username" not in ask(iam, text, ContextEntries=[entry])["MissingContextValues"]


def test_a_resource_policy_and_a_boundary_count(iam: Any) -> None:
    resource = document({**allow("s3:GetObject"), "Principal": {"AWS": USER}})
    nothing = document(allow("ec2:*"))
    answer = ask(iam, nothing, ResourcePolicy=resource, CallerArn=USER)
    assert answer["EvalDecision"] == "allowed"
    assert [each["SourcePolicyId"] for each in answer["MatchedStatements"]] == ["ResourcePolicy"]
    assert ask(iam, nothing, ResourcePolicy=resource, CallerArn=USER + "2")["EvalDecision"] == "implicitDeny"
    answer = ask(iam, document(allow("s3:*")), PermissionsBoundaryPolicyInputList=[nothing])
    assert answer["EvalDecision"] == "implicitDeny"
    assert answer["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    with pytest.raises(ClientError, match=r"InvalidInput.*CallerArn must be given with ResourcePolicy"):
        ask(iam, nothing, ResourcePolicy=resource)
    with pytest.raises(ClientError, match=r"InvalidInput.*CallerArn is arn:aws:s3:::bucket: it must be"):
        ask(iam, nothing, CallerArn="arn:aws:s3:::bucket")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "PolicyInputList.1: The policy is not JSON"),
        (json.dumps({"Statement": {"Effect": "Allow", "Action": "*"}}), "must contain resources"),
        (document({**allow("s3:GetObject"), "Principal": "*"}), "should not specify a principal"),
    ],
)
def test_texts_that_are_no_policy_are_invalid_input(iam: Any, text: str, message: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidInput.*{message}"):
        ask(iam, text)


def test_results_come_in_pages(iam: Any) -> None:
    given = {
        "PolicyInputList": [document(allow("s3:*"))],
        "ActionNames": ["s3:GetObject", "s3:PutObject"],
        "ResourceArns": [f"arn:aws:s3:::b/{number}" for number in range(60)],
    }
    first = iam.simulate_custom_policy(**given)
    assert (len(first["EvaluationResults"]), first["IsTruncated"]) == (100, True)
    rest = iam.simulate_custom_policy(**given, Marker=first["Marker"])
    assert (len(rest["EvaluationResults"]), rest["IsTruncated"]) == (20, False)
    pages = iam.get_paginator("simulate_custom_policy").paginate(**given, PaginationConfig={"PageSize": 7})
    names = [each["EvalResourceName"] for page in pages for each in page["EvaluationResults"]]
    assert names == given["ResourceArns"] * 2
    with pytest.raises(ClientError, match="Marker is 'x'"):
        iam.simulate_custom_policy(**given, Marker="x")


def test_a_principals_own_policies_are_named(iam: Any) -> None:
    arn = iam.create_role(RoleName="named", AssumeRolePolicyDocument=document(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="named", PolicyName="inline", PolicyDocument=document(allow("s3:GetObject")))
    iam.attach_role_policy(RoleName="named", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    (answer,) = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])["EvaluationResults"]
    names = [each["SourcePolicyId"] for each in answer["MatchedStatements"]]
    assert names == ["role_named_inline", "AmazonS3ReadOnlyAccess"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Statement": []}', []),
        ('{"Statement": [ ]}', []),
        ('{"Statement":{"a":1}}', [((1, 14), (1, 21))]),
        ('{"Version":"2012-10-17","Statement":[{"a":[]}]}', [((1, 38), (1, 46))]),
        (
            '{\n "Statement": [\n  {"a": "}]"},\n  {"b": {}}\n ],\n "Id": {}\n}',
            [((2, 16), (3, 14)), ((3, 15), (4, 12))],
        ),
        ('{"Statement": [{}], "Statement": [{}, {}]}', [((1, 35), (1, 37)), ((1, 38), (1, 41))]),
    ],
)
def test_positions_of_statements(text: str, expected: list[Any]) -> None:
    assert statement_spans(text) == expected
