"""AssumeRole: trust policies and identity-based policies together, and what a session remembers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from role_actor import ACCOUNT, TRUST, allow, deny, document

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


class Account:
    """Users and roles of a stack, for one test."""

    def __init__(self, stack: Any, prefix: str) -> None:
        self.stack, self.prefix, self.iam = stack, prefix, stack.client("iam")

    def user(self, *statements: dict[str, Any]) -> Any:
        """STS with the keys of a new user that has the statements for a policy."""
        name = f"{self.prefix}-user"
        self.iam.create_user(UserName=name)
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return self.stack.client("sts", **keys)

    @property
    def user_arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:user/{self.prefix}-user"

    def role(self, *trust: dict[str, Any], name: str = "role", **settings: Any) -> str:
        document_ = document(*(trust or (TRUST,)))
        role = self.iam.create_role(RoleName=f"{self.prefix}-{name}", AssumeRolePolicyDocument=document_, **settings)
        return str(role["Role"]["Arn"])

    def may(self, role_arn: str, *statements: dict[str, Any]) -> None:
        name = role_arn.rpartition("/")[2]
        self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*statements))

    def client(self, service: str, answer: dict[str, Any]) -> Any:
        """A client with the credentials that AssumeRole answered."""
        keys = answer["Credentials"]
        return self.stack.client(
            service,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )


@pytest.fixture
def account(module_stack: Any, request: pytest.FixtureRequest) -> Account:
    return Account(module_stack, "".join(c if c.isalnum() else "-" for c in request.node.name)[-50:])


def trust(principal: Any, effect: str = "Allow", **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole", **members}


def assume(sts: Any, role: str, **parameters: Any) -> Any:
    return sts.assume_role(**{"RoleArn": role, "RoleSessionName": "night", **parameters})


def refusal(sts: Any, role: str, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        assume(sts, role, **parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


MAY_ASSUME = allow("sts:AssumeRole")
NO_TRUST = "because no role trust policy allows the sts:AssumeRole action"
NO_IDENTITY = "because no identity-based policy allows the sts:AssumeRole action"


def test_account_trust_leaves_the_decision_to_the_users_policies(account: Account) -> None:
    role, sts = account.role(trust({"AWS": ROOT})), account.user()
    code, message = refusal(sts, role)
    assert code == "AccessDenied"
    assert message == (
        f"User: {account.user_arn} is not authorized to perform: sts:AssumeRole on resource: {role} {NO_IDENTITY}"
    )
    account.iam.put_user_policy(
        UserName=f"{account.prefix}-user", PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole", role))
    )
    assert assume(sts, role)["AssumedRoleUser"]["Arn"].endswith("-role/night")


def test_trust_that_names_the_user_suffices(account: Account) -> None:
    sts = account.user()
    assume(sts, account.role(trust({"AWS": account.user_arn})))


def test_identity_policy_without_trust_does_not_suffice(account: Account) -> None:
    sts = account.user(MAY_ASSUME)
    role = account.role(trust({"Service": "sagemaker.amazonaws.com"}))
    assert refusal(sts, role)[1].endswith(NO_TRUST)


def test_explicit_denies_of_either_side_decide(account: Account) -> None:
    sts = account.user(MAY_ASSUME, deny("sts:AssumeRole", "arn:aws:iam::*:role/*-denied"))
    denied = account.role(trust({"AWS": "*"}), name="denied")
    assert refusal(sts, denied)[1].endswith("with an explicit deny in an identity-based policy")
    role = account.role(trust({"AWS": ROOT}), trust({"AWS": account.user_arn}, "Deny"))
    assert refusal(sts, role)[1].endswith("with an explicit deny in the role trust policy")


def test_external_id_and_session_name_are_condition_keys(account: Account) -> None:
    secret = {"StringEquals": {"sts:ExternalId": "4711", "sts:RoleSessionName": "night"}}
    role, sts = account.role(trust({"AWS": ROOT}, Condition=secret)), account.stack.client("sts")
    assert refusal(sts, role)[1].endswith(NO_TRUST)
    assert refusal(sts, role, ExternalId="4712")[1].endswith(NO_TRUST)
    assert refusal(sts, role, ExternalId="4711", RoleSessionName="day")[1].endswith(NO_TRUST)
    assume(sts, role, ExternalId="4711")


def test_session_tags_need_tag_session_in_the_trust_policy(account: Account) -> None:
    tags = [{"Key": "Team", "Value": "blue"}]
    only_assume = account.role(trust({"AWS": ROOT}))
    sts = account.stack.client("sts")
    assert refusal(sts, only_assume, Tags=tags)[1].endswith("no role trust policy allows the sts:TagSession action")
    condition = {
        "StringLike": {"aws:RequestTag/team": "blu?"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["Team"], "sts:TransitiveTagKeys": ["Team"]},
    }
    both = trust({"AWS": ROOT}, Action=["sts:AssumeRole", "sts:TagSession"], Condition=condition)
    role = account.role(both, name="tagged")
    assert refusal(sts, role, Tags=[{"Key": "Team", "Value": "red"}])[0] == "AccessDenied"
    assert refusal(sts, role, Tags=[*tags, {"Key": "Other", "Value": "x"}])[0] == "AccessDenied"
    assume(sts, role, Tags=tags, TransitiveTagKeys=["Team"])


def test_session_tags_override_the_roles_and_transitive_ones_pass_on(account: Account) -> None:
    both = trust({"AWS": ROOT}, Action=["sts:AssumeRole", "sts:TagSession"])
    first = account.role(both, name="first", Tags=[{"Key": "team", "Value": "red"}])
    is_blue = {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}
    account.may(first, allow("sts:AssumeRole", Condition=is_blue), allow("sts:TagSession"))
    second = account.role(both, name="second")
    account.may(second, allow("s3:ListAllMyBuckets", Condition=is_blue))
    sts = account.stack.client("sts")
    untagged = account.client("sts", assume(sts, first))
    assert refusal(untagged, second)[1].endswith(NO_IDENTITY)
    blue = {"Tags": [{"Key": "Team", "Value": "blue"}]}
    passing = account.client("sts", assume(sts, first, **blue, TransitiveTagKeys=["Team"]))
    account.client("s3", assume(passing, second)).list_buckets()
    assert refusal(passing, second, Tags=[{"Key": "team", "Value": "red"}]) == (
        "InvalidParameterValue",
        "The transitive tag Team of the session cannot be overridden.",
    )
    keeping = account.client("sts", assume(sts, first, **blue))
    with pytest.raises(ClientError, match="no identity-based policy allows the s3:ListAllMyBuckets action"):
        account.client("s3", assume(keeping, second)).list_buckets()


def test_source_identity_needs_its_permission_and_stays(account: Account) -> None:
    sts = account.stack.client("sts")
    assert refusal(sts, account.role(trust({"AWS": ROOT})), SourceIdentity="ada")[1].endswith(
        "no role trust policy allows the sts:SetSourceIdentity action"
    )
    both = trust({"AWS": ROOT}, Action=["sts:AssumeRole", "sts:SetSourceIdentity"])
    role = account.role(both, name="identified")
    account.may(
        role, allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:SourceIdentity": "ada"}}), MAY_ASSUME
    )
    answer = assume(sts, role, SourceIdentity="ada")
    assert answer["SourceIdentity"] == "ada"
    account.client("s3", answer).list_buckets()
    again = assume(account.client("sts", answer), role)
    assert again["SourceIdentity"] == "ada"


def test_a_role_needs_permission_to_assume_another(account: Account) -> None:
    first, second = account.role(name="first"), account.role(name="second")
    session = account.client("sts", assume(account.stack.client("sts"), first))
    assert refusal(session, second)[1].endswith(NO_IDENTITY)
    account.may(first, allow("sts:AssumeRole", second))
    assume(session, second)


def test_a_chained_session_lives_one_hour_at_most(account: Account) -> None:
    role = account.role(MaxSessionDuration=7200)
    account.may(role, MAY_ASSUME)
    sts = account.stack.client("sts")
    session = account.client("sts", assume(sts, role, DurationSeconds=7200))
    assert refusal(session, role, DurationSeconds=3601) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    )
    assert refusal(sts, role, DurationSeconds=7201) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_session_policies_given_by_arn_narrow_the_session(account: Account) -> None:
    role = account.role()
    account.may(role, allow("s3:*"))
    read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    sts = account.stack.client("sts")
    s3 = account.client("s3", assume(sts, role, PolicyArns=[{"arn": read_only}]))
    s3.list_buckets()
    with pytest.raises(ClientError, match="no session policy allows the s3:CreateBucket action"):
        s3.create_bucket(Bucket="narrowed")
    both = document(allow("s3:CreateBucket"))
    account.client("s3", assume(sts, role, PolicyArns=[{"arn": read_only}], Policy=both)).create_bucket(
        Bucket="narrowed"
    )
    missing = f"arn:aws:iam::{ACCOUNT}:policy/missing"
    assert refusal(sts, role, PolicyArns=[{"arn": missing}]) == (
        "ValidationError",
        f"Policy {missing} does not exist or is not attachable.",
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"DurationSeconds": 43201}, "Value '43201' at 'durationSeconds' failed .* value less than or equal to 43200"),
        ({"RoleSessionName": "a b"}, "Value 'a b' at 'roleSessionName' failed .* regular expression pattern"),
        ({"RoleSessionName": "x" * 65}, "at 'roleSessionName' failed .* length less than or equal to 64"),
        ({"ExternalId": "a b"}, "Value 'a b' at 'externalId' failed .* regular expression pattern"),
        ({"Policy": document(allow("s3:*", "x" * 2048))}, "at 'policy' failed .* length less than or equal to 2048"),
        ({"TransitiveTagKeys": ["Team"]}, "transitive tag key Team must be included in the requested tags"),
        ({"Tags": [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]}, "Duplicate tag keys found: A"),
    ],
)
def test_parameters_that_sts_refuses(account: Account, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        assume(account.stack.client("sts"), f"arn:aws:iam::{ACCOUNT}:role/any", **parameters)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{", "The policy is not JSON"),
        (json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*"}}), "must contain resources"),
        (document({**allow("s3:*"), "Principal": "*"}), "should not specify a principal"),
    ],
)
def test_session_policies_that_cannot_be_policies(account: Account, policy: str, message: str) -> None:
    with pytest.raises(ClientError, match=f"MalformedPolicyDocument.*{message}"):
        assume(account.stack.client("sts"), account.role(), Policy=policy)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("get_session_token", {}),
        ("get_federation_token", {"Name": "ada"}),
    ],
)
def test_credentials_that_the_stack_does_not_decide_are_refused(
    module_stack: Any, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied.*does not decide sts:Get.*use AssumeRole"):
        getattr(module_stack.client("sts"), operation)(**parameters)


@pytest.mark.parametrize("action", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
def test_federation_is_refused_by_name(module_stack: Any, account: Account, action: str) -> None:
    role = account.role()
    form = f"Action={action}&Version=2011-06-15&RoleArn={role}&RoleSessionName=night&WebIdentityToken=abcd"
    response = module_stack.send(
        "sts", "POST", "/", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert response.status == 403
    assert f"does not decide sts:{action}" in response.data.decode()
