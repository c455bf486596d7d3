"""Allow or deny: the combinations that AWS documents for requests within one account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.iam.evaluate import Access, Policies, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.policy import Policy, PolicyError, read_policy

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/data/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/night"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
AS_ROLE = Caller(SESSION, ACCOUNT, "AROAWORKER:night", ROLE)
AS_USER = Caller(USER, ACCOUNT, "AIDAADA")
OBJECT = "arn:aws:s3:::bucket/key"


def policy(*statements: dict[str, Any]) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def statement(effect: str, **members: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:GetObject", "Resource": "*", **members}


def by(*names: str, effect: str = "Allow") -> Policy:
    return policy(statement(effect, Principal={"AWS": list(names)}))


ALLOWS, DENIES = policy(statement("Allow")), policy(statement("Deny"))
OTHER = policy(statement("Allow", Action="s3:PutObject"))


def decide(caller: Caller = AS_ROLE, action: str = "s3:GetObject", on: str = OBJECT, **policies: Any) -> str:
    decision = evaluate(Access(action, on, {}), caller, Policies(**policies))
    return f"{decision.outcome} by {decision.kind}"


# Identity, resource, boundary and session policy, and what comes of it for a role's session.
ROLE_CASES: list[tuple[Policy | None, Policy | None, Policy | None, Policy | None, str]] = [
    (None, None, None, None, "implicitDeny by identity-based policy"),
    (OTHER, None, None, None, "implicitDeny by identity-based policy"),
    (ALLOWS, None, None, None, "allowed by identity-based policy"),
    (DENIES, None, None, None, "explicitDeny by identity-based policy"),
    (ALLOWS, None, OTHER, None, "implicitDeny by permissions boundary"),
    (ALLOWS, None, ALLOWS, None, "allowed by identity-based policy"),
    (None, None, ALLOWS, None, "implicitDeny by identity-based policy"),
    (ALLOWS, None, DENIES, None, "explicitDeny by permissions boundary"),
    (ALLOWS, None, None, OTHER, "implicitDeny by session policy"),
    (ALLOWS, None, None, DENIES, "explicitDeny by session policy"),
    (ALLOWS, None, ALLOWS, ALLOWS, "allowed by identity-based policy"),
    (None, by(ROLE), None, None, "allowed by resource-based policy"),
    (None, by(ROLE), OTHER, None, "implicitDeny by permissions boundary"),
    (None, by(ROLE), None, OTHER, "implicitDeny by session policy"),
    (None, by(SESSION), OTHER, OTHER, "allowed by resource-based policy"),
    (None, by("*"), OTHER, OTHER, "allowed by resource-based policy"),
    (None, by("AROAWORKER"), None, None, "allowed by resource-based policy"),
    (None, by("AROAWORKER:night"), OTHER, None, "allowed by resource-based policy"),
    (None, by(ROOT), None, None, "implicitDeny by identity-based policy"),
    (None, by(ACCOUNT), None, None, "implicitDeny by identity-based policy"),
    (ALLOWS, by(ROOT), None, None, "allowed by identity-based policy"),
    (None, by(USER), None, None, "implicitDeny by identity-based policy"),
    (None, by(ROLE.replace("data/", "")), None, None, "implicitDeny by identity-based policy"),
    (DENIES, by(SESSION), None, None, "explicitDeny by identity-based policy"),
    (None, by(SESSION), DENIES, None, "explicitDeny by permissions boundary"),
    (ALLOWS, by("*", effect="Deny"), None, None, "explicitDeny by resource-based policy"),
    (ALLOWS, by(ACCOUNT, effect="Deny"), None, None, "explicitDeny by resource-based policy"),
    (ALLOWS, by(ROLE, effect="Deny"), None, None, "explicitDeny by resource-based policy"),
    (ALLOWS, by(USER, effect="Deny"), None, None, "allowed by identity-based policy"),
]


@pytest.mark.parametrize(("identity", "resource", "boundary", "session", "expected"), ROLE_CASES)
def test_a_role_s_session(
    identity: Policy | None, resource: Policy | None, boundary: Policy | None, session: Policy | None, expected: str
) -> None:
    own = () if identity is None else (identity,)
    assert decide(identity=own, resource=resource, boundary=boundary, session=session) == expected


def test_a_user() -> None:
    assert decide(AS_USER, resource=by(USER), boundary=OTHER) == "allowed by resource-based policy"
    assert decide(AS_USER, resource=by("AIDAADA")) == "allowed by resource-based policy"
    assert decide(AS_USER, resource=by(ROLE)) == "implicitDeny by identity-based policy"
    assert decide(AS_USER, identity=(OTHER, ALLOWS)) == "allowed by identity-based policy"
    assert decide(AS_USER, identity=(DENIES, ALLOWS)) == "explicitDeny by identity-based policy"


def but(*names: str, effect: str = "Deny") -> Policy:
    return policy(statement(effect, NotPrincipal={"AWS": list(names)}))


def test_everybody_but() -> None:
    whole = (ROLE, SESSION, ROOT)
    assert decide(identity=(ALLOWS,), resource=but(*whole)) == "allowed by identity-based policy"
    for missing in whole:
        named = [name for name in whole if name != missing]
        assert decide(identity=(ALLOWS,), resource=but(*named)) == "explicitDeny by resource-based policy"
    # AWS: it "will always deny any IAM principal that has a permissions boundary policy attached".
    assert decide(identity=(ALLOWS,), resource=but(*whole), boundary=ALLOWS) == "explicitDeny by resource-based policy"
    assert decide(resource=but(USER, effect="Allow")) == "allowed by resource-based policy"
    assert decide(resource=but(ROLE, effect="Allow")) == "implicitDeny by identity-based policy"


AS_SERVICE = Caller.of_service("events.amazonaws.com")
OF_CANONICAL = Caller(SESSION, ACCOUNT, "AROAWORKER:night", ROLE, canonical_user_id="75aa")


def to(principal: Any, effect: str = "Allow", element: str = "Principal") -> Policy:
    return policy(statement(effect, **{element: principal}))


# Who asks, the resource's policy, and what comes of it without any other policy.
PRINCIPAL_CASES = [
    (AS_SERVICE, to({"Service": "events.amazonaws.com"}), "allowed"),
    (AS_SERVICE, to({"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}), "allowed"),
    (AS_SERVICE, to({"Service": "sns.amazonaws.com"}), "implicitDeny"),
    (AS_SERVICE, to({"AWS": "events.amazonaws.com"}), "implicitDeny"),
    (AS_SERVICE, to("*"), "allowed"),
    (AS_SERVICE, to({"AWS": ROOT}), "implicitDeny"),
    (AS_SERVICE, to("*", "Deny"), "explicitDeny"),
    (AS_SERVICE, to({"Service": "events.amazonaws.com"}, "Deny"), "explicitDeny"),
    (AS_SERVICE, to({"Service": "sns.amazonaws.com"}, "Deny", "NotPrincipal"), "explicitDeny"),
    (AS_SERVICE, to({"Service": "events.amazonaws.com"}, "Deny", "NotPrincipal"), "implicitDeny"),
    (AS_ROLE, to({"Service": "events.amazonaws.com"}), "implicitDeny"),
    (AS_ROLE, to({"Federated": SESSION}), "implicitDeny"),
    (AS_ROLE, to({"Federated": ROLE, "AWS": ROLE}), "allowed"),
    (AS_ROLE, to({"CanonicalUser": "75aa"}, "Deny"), "implicitDeny"),
    (OF_CANONICAL, to({"CanonicalUser": "75aa"}, "Deny"), "explicitDeny"),
    (OF_CANONICAL, to({"CanonicalUser": "75ab"}, "Deny"), "implicitDeny"),
    # The account: identity-based policies decide.
    (OF_CANONICAL, to({"CanonicalUser": "75aa"}), "implicitDeny"),
    (AS_ROLE, to({"CanonicalUser": "75aa", "AWS": []}), "implicitDeny"),
]


@pytest.mark.parametrize(("caller", "resource", "expected"), PRINCIPAL_CASES)
def test_kinds_of_principals(caller: Caller, resource: Policy, expected: str) -> None:
    assert decide(caller, resource=resource).split()[0] == expected


# Action and Resource elements of a statement, an action, a resource, and whether they match.
MATCHES = [
    ({"Action": "*"}, "iam:CreateRole", OBJECT, True),
    ({"Action": "s3:*"}, "s3:GetObject", OBJECT, True),
    ({"Action": "S3:getobject"}, "s3:GetObject", OBJECT, True),
    ({"Action": "s3:Get*"}, "s3:PutObject", OBJECT, False),
    ({"Action": ["s3:Put*", "s3:?etObject"]}, "s3:GetObject", OBJECT, True),
    ({"Action": "s3:GetObject"}, "s3:GetObjectVersion", OBJECT, False),
    ({"NotAction": ["iam:*", "s3:Delete*"]}, "s3:GetObject", OBJECT, True),
    ({"NotAction": ["iam:*", "s3:Get*"]}, "s3:GetObject", OBJECT, False),
    ({"Action": "*", "Resource": "arn:aws:s3:::bucket/*"}, "s3:GetObject", OBJECT, True),
    ({"Action": "*", "Resource": "arn:aws:s3:::bucket"}, "s3:GetObject", OBJECT, False),
    ({"Action": "*", "Resource": "arn:aws:s3:::BUCKET/*"}, "s3:GetObject", OBJECT, False),
    ({"Action": "*", "Resource": "arn:aws:s3:::buck*"}, "s3:GetObject", OBJECT, True),
    ({"Action": "*", "Resource": "arn:aws:s3:::bucket/ke?"}, "s3:GetObject", OBJECT, True),
    ({"Action": "*", "Resource": "arn:aws:s3:::bucket/k.y"}, "s3:GetObject", OBJECT, False),
    ({"Action": "*", "Resource": "arn:aws:s3:::bucket/a[b]*"}, "s3:GetObject", "arn:aws:s3:::bucket/a[b]c", True),
    ({"Action": "*", "NotResource": "arn:aws:s3:::bucket/*"}, "s3:GetObject", OBJECT, False),
    ({"Action": "*", "NotResource": ["arn:aws:s3:::other/*"]}, "s3:GetObject", OBJECT, True),
]


@pytest.mark.parametrize(("elements", "action", "resource", "expected"), MATCHES)
def test_actions_and_resources(elements: dict[str, Any], action: str, resource: str, expected: bool) -> None:
    whole = {"Effect": "Allow", **({} if "NotResource" in elements else {"Resource": "*"}), **elements}
    outcome = decide(action=action, on=resource, identity=(policy(whole),)).split()[0]
    assert outcome == ("allowed" if expected else "implicitDeny")


def test_a_single_statement_needs_no_list() -> None:
    one = read_policy(json.dumps({"Statement": statement("Allow")}))
    assert decide(identity=(one,)).startswith("allowed")
    assert decide(identity=(read_policy("%7B%22Statement%22%3A%5B%5D%7D"),)).startswith("implicitDeny")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "The policy is not JSON"),
        ("[]", "The policy has no Statement"),
        ('{"Statement": ["x"]}', 'A statement is "x", not an object'),
        ('{"Statement": {"Effect": "allow"}}', 'Effect is "allow": it must be Allow or Deny'),
        ('{"Statement": {"Effect": "Allow"}}', "must have Action or NotAction, and not both"),
        ('{"Statement": {"Effect": "Allow", "Action": {}}}', "{} is not a text or a list of texts"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": "me"}}', 'A principal is "me"'),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": 1}}}', "must give operators"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*"}}', "both Resource and"),
        ('{"Version": "2020-01-01", "Statement": []}', "must be 2012-10-17 or 2008-10-17"),
        ('{"Version": 2012, "Statement": []}', "must be 2012-10-17 or 2008-10-17"),
        ('{"Statement": {"Effect": "Allow", "Action": []}}', "A statement's Action is empty"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": []}}', "A statement's Resource is empty"),
        ('{"Statement": {"Effect": "Allow", "NotAction": [], "Resource": "*"}}', "A statement's NotAction is empty"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"User": "x"}}}', "Invalid principal"),
    ],
)
def test_what_is_no_policy(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_policy(text)
    assert message in str(error.value)
