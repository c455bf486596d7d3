"""Policy types and their combination, case by case from AWS's documentation."""

from __future__ import annotations

from typing import Any

import pytest
from documented import (
    ACCOUNT,
    AS_USER,
    GUIDE,
    LOGIC,
    OBJECT,
    ROLE,
    ROOT,
    SESSION,
    USER,
    Case,
    allow,
    deny,
    label,
    policy,
    without,
)

from localaws.iam.evaluate import Policies
from localaws.iam.policy import Policy

BOUNDARIES = GUIDE + "access_policies_boundaries.html"
SESSIONS = GUIDE + "access_policies.html#policies_session"
PRINCIPAL = GUIDE + "reference_policies_elements_principal.html"
NOT_PRINCIPAL = GUIDE + "reference_policies_elements_notprincipal.html"
NOT_ACTION = GUIDE + "reference_policies_elements_notaction.html"
NOT_RESOURCE = GUIDE + "reference_policies_elements_notresource.html"
ACTION = GUIDE + "reference_policies_elements_action.html"
RESOURCE = GUIDE + "reference_policies_elements_resource.html"
PASS_ROLE = GUIDE + "id_roles_use_passrole.html"
KEY_POLICY = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
TRUST = GUIDE + "id_roles_terms-and-concepts.html"
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"
GETS, PUTS = policy(allow()), policy(allow("s3:PutObject"))


def own(*statements: dict[str, Any], **more: Any) -> Policies:
    return Policies((policy(*statements),) if statements else (), **more)


def by(*names: str, effect: str = "Allow", **more: Any) -> Policy:
    return policy({**allow(**more), "Effect": effect, "Principal": {"AWS": list(names)}})


def key_policy(policy: Policy | None, *statements: dict[str, Any], **more: Any) -> Policies:
    return own(*statements, resource=policy, resource_must_allow=True, **more)


def passing(to: str, role: str = ROLE, **more: Any) -> dict[str, Any]:
    return {"action": "iam:PassRole", "resource": role, "keys": {"iam:passedtoservice": (to,)}, **more}


PASS = allow("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}})

CASES = [
    Case(LOGIC, "nothing allows: denied", IMPLICIT, own()),
    Case(LOGIC, "an allow", ALLOWED, own(allow())),
    Case(LOGIC, "deny overrides allow in one policy", EXPLICIT, own(allow("s3:*"), deny())),
    Case(LOGIC, "deny overrides allow in another policy", EXPLICIT, Policies((GETS, policy(deny())))),
    Case(LOGIC, "deny of the resource overrides identity", EXPLICIT, own(allow(), resource=by("*", effect="Deny"))),
    Case(LOGIC, "deny of the identity overrides resource", EXPLICIT, own(deny(), resource=by(SESSION))),
    Case(LOGIC, "identity or resource suffices in one account", ALLOWED, own(resource=by(USER)), caller=AS_USER),
    Case(LOGIC, "grant to the role", ALLOWED, own(resource=by(ROLE))),
    Case(LOGIC, "grant to the role, denied by boundary", IMPLICIT, own(resource=by(ROLE), boundary=PUTS)),
    Case(LOGIC, "grant to the role, denied by session policy", IMPLICIT, own(resource=by(ROLE), session=PUTS)),
    Case(LOGIC, "grant to the session, whatever the boundary", ALLOWED, own(resource=by(SESSION), boundary=PUTS)),
    Case(LOGIC, "grant to the session, whatever its policy", ALLOWED, own(resource=by(SESSION), session=PUTS)),
    Case(
        LOGIC, "grant to the session, denied by boundary", EXPLICIT, own(resource=by(SESSION), boundary=policy(deny()))
    ),
    Case(BOUNDARIES, "a boundary alone gives nothing", IMPLICIT, own(boundary=GETS)),
    Case(BOUNDARIES, "identity and boundary intersect", ALLOWED, own(allow(), boundary=GETS)),
    Case(BOUNDARIES, "outside the boundary", IMPLICIT, own(allow(), boundary=PUTS)),
    Case(BOUNDARIES, "deny in the boundary", EXPLICIT, own(allow(), boundary=policy(allow("*"), deny()))),
    Case(
        BOUNDARIES,
        "a user named by a resource is not limited",
        ALLOWED,
        own(resource=by(USER), boundary=PUTS),
        caller=AS_USER,
    ),
    Case(
        BOUNDARIES, "all three intersect", ALLOWED, own(allow("s3:*"), boundary=policy(allow("s3:Get*")), session=GETS)
    ),
    Case(SESSIONS, "session and identity intersect", IMPLICIT, own(allow("s3:*"), session=PUTS)),
    Case(SESSIONS, "a session policy alone gives nothing", IMPLICIT, own(session=GETS)),
    Case(SESSIONS, "deny in the session policy", EXPLICIT, own(allow(), session=policy(allow("*"), deny()))),
    Case(PRINCIPAL, "the account leaves it to identity policies: no", IMPLICIT, own(resource=by(ROOT))),
    Case(PRINCIPAL, "the account leaves it to identity policies: yes", ALLOWED, own(allow(), resource=by(ROOT))),
    Case(PRINCIPAL, "an account ID is its root", EXPLICIT, own(allow(), resource=by(ACCOUNT, effect="Deny"))),
    Case(PRINCIPAL, "another account", IMPLICIT, own(resource=by("arn:aws:iam::999999999999:root"))),
    Case(PRINCIPAL, "a unique ID of the role", ALLOWED, own(resource=by("AROAWORKER"))),
    Case(PRINCIPAL, "all principals", ALLOWED, own(resource=policy({**allow(), "Principal": "*"}))),
    Case(PRINCIPAL, "part of a name is no wildcard", IMPLICIT, own(resource=by(ROLE[:-1] + "*"))),
    Case(
        PRINCIPAL, "a service is no role", IMPLICIT, own(resource=policy({**allow(), "Principal": {"Service": ROLE}}))
    ),
    Case(
        NOT_PRINCIPAL,
        "deny all but the session, its role and account",
        ALLOWED,
        own(allow(), resource=policy(without(deny(), NotPrincipal={"AWS": [SESSION, ROLE, ROOT]}))),
    ),
    Case(
        NOT_PRINCIPAL,
        "an exception that omits the account denies",
        EXPLICIT,
        own(allow(), resource=policy(without(deny(), NotPrincipal={"AWS": [SESSION, ROLE]}))),
    ),
    Case(
        NOT_PRINCIPAL,
        "a boundary makes every exception a deny",
        EXPLICIT,
        own(allow(), resource=policy(without(deny(), NotPrincipal={"AWS": [SESSION, ROLE, ROOT]})), boundary=GETS),
    ),
    Case(ACTION, "actions in any case", ALLOWED, own(allow("S3:GETOBJECT"))),
    Case(ACTION, "an asterisk in an action", ALLOWED, own(allow("s3:*Object"))),
    Case(ACTION, "a question mark in an action", ALLOWED, own(allow("s3:GetObjec?"))),
    Case(NOT_ACTION, "all but", ALLOWED, own(without(allow(), "Action", NotAction="s3:DeleteBucket"))),
    Case(NOT_ACTION, "the exception itself", IMPLICIT, own(without(allow(), "Action", NotAction="s3:Get*"))),
    Case(NOT_ACTION, "deny all but", EXPLICIT, own(allow("*"), without(deny(), "Action", NotAction="iam:*"))),
    Case(NOT_ACTION, "not denied is not allowed", IMPLICIT, own(without(deny(), "Action", NotAction="s3:*"))),
    Case(
        NOT_RESOURCE,
        "deny outside the named buckets",
        EXPLICIT,
        own(allow(), without(deny("s3:*"), "Resource", NotResource=["arn:aws:s3:::hr", "arn:aws:s3:::hr/*"])),
    ),
    Case(
        NOT_RESOURCE,
        "not denied inside them",
        ALLOWED,
        own(allow(), without(deny("s3:*"), "Resource", NotResource=["arn:aws:s3:::bucket/*"])),
    ),
    Case(
        RESOURCE,
        "a wildcard reaches over slashes",
        ALLOWED,
        own(allow(resource="arn:aws:s3:::bucket/*")),
        resource=OBJECT + "/a/b",
    ),
    Case(RESOURCE, "the bucket is not its objects", IMPLICIT, own(allow(resource="arn:aws:s3:::bucket"))),
    Case(RESOURCE, "a question mark is one character", IMPLICIT, own(allow(resource="arn:aws:s3:::bucket/?"))),
    Case(PASS_ROLE, "to the named service", ALLOWED, own(PASS), **passing("sagemaker.amazonaws.com")),
    Case(PASS_ROLE, "to another service", IMPLICIT, own(PASS), **passing("lambda.amazonaws.com")),
    Case(PASS_ROLE, "another role", IMPLICIT, own(PASS), **passing("sagemaker.amazonaws.com", ROLE + "-2")),
    Case(PASS_ROLE, "iam:* passes roles", ALLOWED, own(allow("iam:*")), **passing("lambda.amazonaws.com")),
    Case(KEY_POLICY, "identity policies alone give nothing", IMPLICIT, key_policy(by(USER), allow())),
    Case(KEY_POLICY, "no key policy, nothing", IMPLICIT, key_policy(None, allow())),
    Case(KEY_POLICY, "the account enables identity policies", ALLOWED, key_policy(by(ROOT), allow())),
    Case(KEY_POLICY, "the account alone gives nothing", IMPLICIT, key_policy(by(ROOT))),
    Case(KEY_POLICY, "the role named by the key suffices", ALLOWED, key_policy(by(ROLE))),
    Case(KEY_POLICY, "the role stays in its boundary", IMPLICIT, key_policy(by(ROLE), boundary=PUTS)),
    Case(KEY_POLICY, "another action of the account", IMPLICIT, key_policy(by(ROOT, action="s3:Put*"), allow())),
    Case(KEY_POLICY, "deny in the key policy", EXPLICIT, key_policy(by(ROOT, effect="Deny"), allow())),
    Case(TRUST, "the user named by the trust policy", ALLOWED, key_policy(by(USER)), caller=AS_USER),
    Case(TRUST, "the account and the user's policy", ALLOWED, key_policy(by(ROOT), allow()), caller=AS_USER),
    Case(TRUST, "the user's policy alone", IMPLICIT, key_policy(by(ROLE), allow()), caller=AS_USER),
]


@pytest.mark.parametrize("case", CASES, ids=label)
def test_documented(case: Case) -> None:
    assert case.outcome() == case.expected, case.page
