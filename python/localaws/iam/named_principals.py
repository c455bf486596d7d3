"""The Principal and NotPrincipal elements: whom a statement of a resource-based policy names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from localaws.iam.policy import Statement

__all__ = ["Caller", "Grant", "denies", "grants"]

Grant = Literal["directly", "to the role", "to the account"]


@dataclass(frozen=True)
class Caller:
    """What a Principal element can name.

    `arn` is the user's or the session's, `role_arn` that of a session's role, `user_id` IAM's identifier (of a session:
    the role's, a colon, the session's name).  A `service` (`sagemaker.amazonaws.com`) is in no account and has nothing
    but its name.
    """

    arn: str
    account_id: str
    user_id: str
    role_arn: str | None = None
    service: str | None = None
    canonical_user_id: str | None = None

    @classmethod
    def of_service(cls, name: str) -> Caller:
        """The caller that a service is."""
        return cls("", "", "", service=name)

    @property
    def account(self) -> str:
        """The ARN that stands for the caller's account."""
        return f"arn:{self.arn.split(':')[1]}:iam::{self.account_id}:root"

    @property
    def identities(self) -> tuple[str, ...]:
        """Whatever of the caller a policy can name: session or user, account, role."""
        if self.service:
            return (self.service,)
        identities = (self.arn, self.account)
        return (*identities, self.role_arn) if self.role_arn else identities


def denies(statement: Statement, caller: Caller, has_boundary: bool) -> bool:
    """Whether a Deny statement of a resource-based policy concerns the caller."""
    if statement.not_principals is not None:
        named = _names(statement.not_principals, caller)
        # An exception must name the account as well, and of a session its role; and with a boundary there is none.
        exempt = "*" in named or all(any(_is(name, one, caller) for name in named) for one in caller.identities)
        return has_boundary or not exempt
    return _concerns(_names(statement.principals, caller), caller)


def grants(statement: Statement, caller: Caller) -> Grant | None:
    """To whom an Allow statement of a resource-based policy gives what it allows.

    What it gives to a user, a session, a service or all principals is given whatever boundary or session policy there
    is.  What it gives to a role stays within these, and what it gives to the account, identity-based policies grant.
    """
    if statement.not_principals is not None:
        return None if _concerns(_names(statement.not_principals, caller), caller) else "directly"
    best: Grant | None = None
    for name in _names(statement.principals, caller):
        if name == "*" or (caller.arn != caller.role_arn and _is(name, caller.identities[0], caller)):
            return "directly"
        if caller.role_arn and _is(name, caller.role_arn, caller):
            best = "to the role"
        elif best is None and not caller.service and _is(name, caller.account, caller):
            best = "to the account"
    return best


def _names(element: Mapping[str, tuple[str, ...]] | None, caller: Caller) -> tuple[str, ...]:
    """The names that could be the caller's, and `*`.

    `Federated` principals assume roles with a web identity or SAML, which the stack refuses: they name none of its
    callers.  A canonical user id is the account's.
    """
    if element is None:
        return ()
    if caller.service:
        return (*element.get("Service", ()), *(name for name in element.get("AWS", ()) if name == "*"))
    canonical = caller.canonical_user_id
    is_account = canonical is not None and canonical in element.get("CanonicalUser", ())
    return (*element.get("AWS", ()), *((caller.account,) if is_account else ()))


def _concerns(names: tuple[str, ...], caller: Caller) -> bool:
    return any(name == "*" or any(_is(name, one, caller) for one in caller.identities) for name in names)


def _is(name: str, identity: str, caller: Caller) -> bool:
    """Whether a policy's principal names the identity, by its ARN, its account number or IAM's identifier."""
    if name == identity:
        return True
    if caller.service:
        return False
    if identity == caller.account:
        return name == caller.account_id
    if identity == caller.role_arn:
        return name == caller.user_id.partition(":")[0]
    return name == caller.user_id
