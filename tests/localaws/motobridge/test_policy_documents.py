"""Policies that AWS does not take, by where they are put; and AWS's quotas of their sizes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def of_size(characters: int, **members: Any) -> str:
    """A policy of that many characters without white space."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/", **members}
    filled = "Sid" if "Resource" not in statement else "Resource"
    statement.setdefault("Sid", "")
    text = json.dumps({"Version": "2012-10-17", "Statement": statement}, separators=(",", ":"))
    statement[filled] += "x" * (characters - len(text))
    return json.dumps({"Version": "2012-10-17", "Statement": statement}, indent=1)


def trust_of_size(characters: int) -> str:
    text = json.dumps({"Version": "2012-10-17", "Statement": {**TRUST, "Sid": ""}}, separators=(",", ":"))
    statement = {**TRUST, "Sid": "x" * (characters - len(text))}
    return json.dumps({"Version": "2012-10-17", "Statement": statement}, indent=1)


def refusal(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture(scope="module")
def iam(module_stack: Any) -> Any:
    client = module_stack.client("iam")
    client.create_role(RoleName="sized", AssumeRolePolicyDocument=document(TRUST))
    client.create_user(UserName="sized")
    client.create_group(GroupName="sized")
    return client


def test_a_managed_policy_has_6144_characters_at_most(iam: Any) -> None:
    iam.create_policy(PolicyName="largest", PolicyDocument=of_size(6144))
    assert refusal(iam.create_policy, PolicyName="larger", PolicyDocument=of_size(6145)) == (
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
    )


@pytest.mark.parametrize(("kind", "maximum"), [("role", 10240), ("user", 2048), ("group", 5120)])
def test_inline_policies_share_a_quota(iam: Any, kind: str, maximum: int) -> None:
    put = getattr(iam, f"put_{kind}_policy")
    who = {f"{kind.title()}Name": "sized"}
    put(**who, PolicyName="one", PolicyDocument=of_size(maximum - 200))
    put(**who, PolicyName="two", PolicyDocument=of_size(200))
    message = f"Maximum policy size of {maximum} bytes exceeded for {kind} sized"
    assert refusal(put, **who, PolicyName="two", PolicyDocument=of_size(201)) == ("LimitExceeded", message)
    put(**who, PolicyName="one", PolicyDocument=of_size(maximum - 201))
    put(**who, PolicyName="two", PolicyDocument=of_size(201))


def test_a_trust_policy_has_2048_characters_at_most(iam: Any) -> None:
    iam.update_assume_role_policy(RoleName="sized", PolicyDocument=trust_of_size(2048))
    expected = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refusal(iam.update_assume_role_policy, RoleName="sized", PolicyDocument=trust_of_size(2049)) == expected
    assert refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument=trust_of_size(2049)) == expected


def test_bucket_and_key_policies_have_quotas(module_stack: Any) -> None:
    s3, kms = module_stack.client("s3"), module_stack.client("kms")
    s3.create_bucket(Bucket="sized")
    assert refusal(s3.put_bucket_policy, Bucket="sized", Policy=of_size(20481, Principal="*")) == (
        "MalformedPolicy",
        "Policy exceeds the maximum allowed document size.",
    )
    assert refusal(kms.create_key, Policy=of_size(32769, Principal="*")) == (
        "LimitExceededException",
        "The key policy exceeds the maximum size of 32768 bytes.",
    )


UNKNOWN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"Boolean": {"k": "v"}}}
NO_PRINCIPAL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested"),
        (document(UNKNOWN), "no condition operator Boolean"),
        (document(NO_PRINCIPAL), "Missing required field Principal"),
        (document({**NO_PRINCIPAL, "Principal": {"User": "ada"}}), "Invalid principal"),
    ],
)
def test_resources_take_no_policy_that_cannot_be_read(module_stack: Any, text: str, message: str) -> None:
    sqs, sns, kms = (module_stack.client(name) for name in ("sqs", "sns", "kms"))
    url = sqs.create_queue(QueueName="checked")["QueueUrl"]
    topic = sns.create_topic(Name="checked")["TopicArn"]
    attempts = [
        ("InvalidAttributeValue", sqs.set_queue_attributes, {"QueueUrl": url, "Attributes": {"Policy": text}}),
        ("InvalidAttributeValue", sqs.create_queue, {"QueueName": "other", "Attributes": {"Policy": text}}),
        (
            "InvalidParameter",
            sns.set_topic_attributes,
            {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": text},
        ),
        ("InvalidParameter", sns.create_topic, {"Name": "other", "Attributes": {"Policy": text}}),
    ]
    if len(text) < 32_768:
        attempts.append(("MalformedPolicyDocumentException", kms.create_key, {"Policy": text}))
    for code, call, parameters in attempts:
        found = refusal(call, **parameters)
        assert found[0].rpartition(".")[2].removesuffix("Exception") == code.removesuffix("Exception"), found
        assert message in found[1]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (UNKNOWN, "no condition operator Boolean"),
        ({"Effect": "Allow", "Action": "s3:*"}, "must contain resources"),
        ({**NO_PRINCIPAL, "Principal": "*"}, "should not specify a principal"),
        ({"Effect": "Allow", "Action": [], "Resource": "*"}, "Action is empty"),
    ],
)
def test_roles_take_no_policy_that_cannot_be_read(iam: Any, statement: dict[str, Any], message: str) -> None:
    if statement is UNKNOWN:
        statement = {name: value for name, value in UNKNOWN.items() if name != "Principal"}
    given = {"RoleName": "sized", "PolicyName": "wrong", "PolicyDocument": document(statement)}
    code, found = refusal(iam.put_role_policy, **given)
    assert (code, message in found) == ("MalformedPolicyDocument", True), found


def test_trust_policies_need_a_principal_and_no_resource(iam: Any) -> None:
    for statement, message in (
        ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal"),
        ({**TRUST, "Resource": "*"}, "Has prohibited field Resource"),
        ({**TRUST, "Condition": {"StringIs": {"k": "v"}}}, "no condition operator StringIs"),
    ):
        given = {"RoleName": "other", "AssumeRolePolicyDocument": document(statement)}
        assert refusal(iam.create_role, **given) == ("MalformedPolicyDocument", message) or message.startswith("no ")
        assert message in refusal(iam.create_role, **given)[1]


def test_a_key_policy_is_no_business_of_moto(module_stack: Any) -> None:
    kms = module_stack.client("kms")
    elsewhere = {"StringEquals": {"aws:PrincipalAccount": "999999999999"}}
    denies = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": elsewhere}
    key = kms.create_key(Policy=document(denies))["KeyMetadata"]
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Arn"] == key["Arn"]
