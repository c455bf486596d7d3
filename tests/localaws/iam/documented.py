"""Hand-worked cases of AWS's documentation: what each page says about one request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from localaws.iam.evaluate import Access, Policies, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.policy import Policy, read_policy

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
LOGIC = GUIDE + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/night"
AS_USER = Caller(USER, ACCOUNT, "AIDAADA")
AS_SESSION = Caller(SESSION, ACCOUNT, "AROAWORKER:night", ROLE)
OBJECT = "arn:aws:s3:::bucket/key"
YES, NO = True, False


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def without(statement: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    """The statement with elements replaced by their `Not…`."""
    return {**{name: value for name, value in statement.items() if name not in names}, **more}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return read_policy(json.dumps({"Version": version, "Statement": statements}))


@dataclass(frozen=True)
class Case:
    """One request, the policies that apply to it, and what comes of it."""

    page: str
    what: str
    expected: str
    policies: Policies
    action: str = "s3:GetObject"
    resource: str = OBJECT
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    caller: Caller = AS_SESSION

    def outcome(self) -> str:
        return evaluate(Access(self.action, self.resource, self.keys), self.caller, self.policies).outcome


def label(case: Case) -> str:
    return case.what


def when(page: str, what: str, holds: bool, condition: dict[str, Any], **keys: Any) -> Case:
    """A statement under the condition, and a request with the keys (`aws_x` stands for `aws:x`)."""
    given = {
        name.replace("__", "/").replace("_", ":", 1): value if isinstance(value, tuple) else (value,)
        for name, value in keys.items()
    }
    applying = Policies((policy(allow(Condition=condition)),))
    return Case(page, what, "allowed" if holds else "implicitDeny", applying, keys=given)


def on(page: str, what: str, holds: bool, resource: str, version: str = "2012-10-17", **keys: Any) -> Case:
    """A statement on the resource, and a request for `bucket/key` with the keys."""
    given = {name.replace("__", "/").replace("_", ":", 1): (value,) for name, value in keys.items()}
    applying = Policies((policy(allow(resource=resource), version=version),))
    return Case(page, what, "allowed" if holds else "implicitDeny", applying, resource=OBJECT, keys=given)
