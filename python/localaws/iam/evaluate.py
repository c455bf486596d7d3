"""Whether a request is allowed: AWS's evaluation logic for requests within one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html.
Nothing here knows a service: an action, a resource and what is known of the request are all it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from localaws.iam.patterns import Context
from localaws.iam.policy import Policy, Statement

__all__ = ["Access", "Caller", "Decision", "Policies", "evaluate"]

Kind = Literal["identity-based policy", "resource-based policy", "permissions boundary", "session policy"]
Outcome = Literal["allowed", "implicitDeny", "explicitDeny"]
Grant = Literal["directly", "to the role"]


@dataclass(frozen=True)
class Access:
    """One action on one resource."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Caller:
    """What the Principal elements of resource-based policies can name.

    `arn` is the user's or the session's, `role_arn` that of a session's role, `user_id` IAM's identifier (of a session:
    the role's, a colon, the session's name).
    """

    arn: str
    account_id: str
    user_id: str
    role_arn: str | None = None


@dataclass(frozen=True)
class Policies:
    """What applies to a request.  `boundary` and `session` are None where there is none, which forbids nothing."""

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: Policy | None = None


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
        article = "an" if self.kind[0] in "aeiou" else "a"
        if self.outcome == "explicitDeny":
            return f"with an explicit deny in {article} {self.kind}"
        return f"because no {self.kind} allows the {action} action"


def evaluate(access: Access, caller: Caller, policies: Policies) -> Decision:
    """Decide by a deny anywhere, else by what the resource grants, else by identity, boundary and session together."""
    has_boundary = policies.boundary is not None
    if policies.resource is not None:
        for statement in policies.resource.statements:
            if _denies_from_resource(statement, access, caller, has_boundary):
                return Decision("explicitDeny", "resource-based policy")
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
        return Decision("allowed", "resource-based policy")
    for kind, given in own:
        if kind == "identity-based policy" and granted:
            continue
        if given is not None and not _any(given, "Allow", access):
            return Decision("implicitDeny", kind)
    return Decision("allowed", "resource-based policy" if granted else "identity-based policy")


def _some(policy: Policy | None) -> tuple[Policy, ...] | None:
    return None if policy is None else (policy,)


def _any(policies: Iterable[Policy], effect: str, access: Access) -> bool:
    return any(
        statement.effect == effect and statement.concerns(access.action, access.resource, access.context)
        for policy in policies
        for statement in policy.statements
    )


def _denies_from_resource(statement: Statement, access: Access, caller: Caller, has_boundary: bool) -> bool:
    if statement.effect != "Deny" or not statement.concerns(access.action, access.resource, access.context):
        return False
    if statement.not_principals is not None:
        named = statement.not_principals.get("AWS", ())
        # An exception must name the account as well, and of a session its role; and with a boundary there is none.
        exempt = "*" in named or all(any(_is(name, one, caller) for name in named) for one in _identities(caller))
        return has_boundary or not exempt
    return any(name == "*" or _names(name, caller) for name in (statement.principals or {}).get("AWS", ()))


def _grant(policy: Policy | None, access: Access, caller: Caller) -> Grant | None:
    """To whom a resource-based policy gives the access by itself.

    What it gives to a user, a session or everybody is given whatever boundary or session policy there is.  What it
    gives to a role stays within these, and what it gives to the account is for identity-based policies to hand on.
    """
    best: Grant | None = None
    for statement in policy.statements if policy else ():
        if statement.effect != "Allow" or not statement.concerns(access.action, access.resource, access.context):
            continue
        if statement.not_principals is not None:
            excluded = statement.not_principals.get("AWS", ())
            if not any(name == "*" or _names(name, caller) for name in excluded):
                return "directly"
            continue
        for name in (statement.principals or {}).get("AWS", ()):
            if name == "*" or (caller.arn != caller.role_arn and _is(name, caller.arn, caller)):
                return "directly"
            if caller.role_arn and _is(name, caller.role_arn, caller):
                best = "to the role"
    return best


def _identities(caller: Caller) -> tuple[str, ...]:
    identities = (caller.arn, _account(caller))
    return (*identities, caller.role_arn) if caller.role_arn else identities


def _names(name: str, caller: Caller) -> bool:
    """Whether a policy's principal is the caller, its role or its account."""
    return any(_is(name, one, caller) for one in _identities(caller))


def _account(caller: Caller) -> str:
    partition = caller.arn.split(":")[1]
    return f"arn:{partition}:iam::{caller.account_id}:root"


def _is(name: str, identity: str, caller: Caller) -> bool:
    """Whether a policy's principal names the identity, by its ARN, its account number or IAM's identifier."""
    if name == identity:
        return True
    if identity == _account(caller):
        return name == caller.account_id
    if identity == caller.role_arn:
        return name == caller.user_id.partition(":")[0]
    return name == caller.user_id
