"""Whether a request is allowed: AWS's evaluation logic for requests within one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html.
Nothing here knows a service: an action, a resource and what is known of the request are all it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from localaws.iam.named_principals import Caller, Grant, denies, grants
from localaws.iam.patterns import Context
from localaws.iam.policy import Policy, Statement

__all__ = ["Access", "Decision", "Policies", "evaluate"]

Kind = Literal[
    "identity-based policy", "resource-based policy", "permissions boundary", "session policy", "role trust policy"
]
Outcome = Literal["allowed", "implicitDeny", "explicitDeny"]


@dataclass(frozen=True)
class Access:
    """One action on one resource."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Policies:
    """What applies to a request.  `boundary` and `session` are None where there is none, which forbids nothing.

    `resource_must_allow`: whether nothing is allowed that the resource's own policy does not allow.  That is so for KMS
    keys and for roles: identity-based policies count where their policy names the account.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: Policy | None = None
    resource_must_allow: bool = False
    resource_kind: Kind = "resource-based policy"

    def ask_for(self, prefixes: tuple[str, ...]) -> bool:
        """Whether a condition or a variable names a key that begins with one of `prefixes` (in lower case)."""
        everything = (*self.identity, self.resource, self.boundary, self.session)
        return any(policy.asks_for(prefixes) for policy in everything if policy)


@dataclass(frozen=True)
class Decision:
    """The outcome and the kind of policy that decided."""

    outcome: Outcome
    kind: Kind

    @property
    def allowed(self) -> bool:
        return self.outcome == "allowed"

    def reason(self, action: str) -> str:
        """Why not, as AWS words it."""
        article = "the" if self.kind == "role trust policy" else "an" if self.kind[0] in "aeiou" else "a"
        if self.outcome == "explicitDeny":
            return f"with an explicit deny in {article} {self.kind}"
        return f"because no {self.kind} allows the {action} action"


def evaluate(access: Access, caller: Caller, policies: Policies) -> Decision:
    """Decide by a deny anywhere, else by what the resource grants, else by identity, boundary and session together."""
    has_boundary = policies.boundary is not None
    for statement in policies.resource.statements if policies.resource else ():
        if statement.effect == "Deny" and denies(statement, caller, has_boundary) and _concerns(statement, access):
            return Decision("explicitDeny", policies.resource_kind)
    own: tuple[tuple[Kind, tuple[Policy, ...] | None], ...] = (
        ("identity-based policy", policies.identity),
        ("permissions boundary", _some(policies.boundary)),
        ("session policy", _some(policies.session)),
    )
    for kind, given in own:
        if _any(given or (), "Deny", access):
            return Decision("explicitDeny", kind)
    granted = _grant(policies.resource, access, caller)
    if granted == "directly":
        return Decision("allowed", policies.resource_kind)
    if granted is None and (policies.resource_must_allow or caller.service):
        return Decision("implicitDeny", policies.resource_kind)
    for kind, given in own:
        if kind == "identity-based policy" and granted == "to the role":
            continue
        if given is not None and not _any(given, "Allow", access):
            return Decision("implicitDeny", kind)
    return Decision("allowed", policies.resource_kind if granted == "to the role" else "identity-based policy")


def _some(policy: Policy | None) -> tuple[Policy, ...] | None:
    return None if policy is None else (policy,)


def _any(policies: Iterable[Policy], effect: str, access: Access) -> bool:
    return any(
        statement.effect == effect and _concerns(statement, access)
        for policy in policies
        for statement in policy.statements
    )


def _concerns(statement: Statement, access: Access) -> bool:
    return statement.concerns(access.action, access.resource, access.context)


def _grant(policy: Policy | None, access: Access, caller: Caller) -> Grant | None:
    """What a resource-based policy gives to the caller by itself: the most that one of its statements gives."""
    best: Grant | None = None
    for statement in policy.statements if policy else ():
        grant = grants(statement, caller) if statement.effect == "Allow" else None
        if grant in (None, best, "to the account" if best else None) or not _concerns(statement, access):
            continue
        if grant == "directly":
            return grant
        best = grant
    return best
