"""Who may assume a role: its trust policy and, for users and sessions, their identity-based policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html (trust policy),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (`sts:` keys) and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from localaws.iam.context import global_keys, service_keys
from localaws.iam.evaluate import Access, Decision, Policies, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.patterns import Context
from localaws.iam.policy import Policy
from localaws.iam.principal import Principal, ServicePrincipal
from localaws.iam.stores import Attached

__all__ = ["Role", "SessionRequest", "decide_for_principal", "decide_for_service"]


@dataclass(frozen=True)
class Role:
    """The role that is to be assumed."""

    arn: str
    account_id: str
    trust: Policy
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionRequest:
    """What AssumeRole is asked for: its parameters of the same names."""

    session_name: str
    duration_seconds: int | None = None
    external_id: str | None = None
    source_identity: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()

    @property
    def actions(self) -> list[str]:
        """What a session needs: tags and a source identity are permissions of their own."""
        return [
            "sts:AssumeRole",
            *(["sts:TagSession"] if self.tags else []),
            *(["sts:SetSourceIdentity"] if self.source_identity else []),
        ]

    def keys(self) -> Context:
        """The condition keys that the parameters give."""
        keys: dict[str, tuple[str, ...]] = {
            "sts:rolesessionname": (self.session_name,),
            **{f"aws:requesttag/{name.lower()}": (value,) for name, value in self.tags.items()},
        }
        if self.tags:
            keys["aws:tagkeys"] = tuple(self.tags)
        if self.transitive_tag_keys:
            keys["sts:transitivetagkeys"] = self.transitive_tag_keys
        if self.external_id is not None:
            keys["sts:externalid"] = (self.external_id,)
        if self.source_identity is not None:
            keys["sts:sourceidentity"] = (self.source_identity,)
        if self.duration_seconds is not None:
            keys["sts:durationseconds"] = (str(self.duration_seconds),)
        return keys


def decide_for_service(role: Role, service: ServicePrincipal, session_name: str, region: str) -> Decision:
    """Whether the service may assume the role; services have no policies of their own."""
    context = {
        **service_keys(service, role.account_id, region),
        **_role_keys(role),
        **SessionRequest(session_name).keys(),
    }
    return evaluate(
        Access("sts:AssumeRole", role.arn, context),
        Caller.of_service(service.name),
        Policies(resource=role.trust, resource_must_allow=True, resource_kind="role trust policy"),
    )


def decide_for_principal(
    role: Role,
    principal: Principal,
    own: Attached,
    asked: SessionRequest,
    region: str,
    headers: Mapping[str, str],
    record: Callable[[Access, Decision], None],
) -> tuple[str, Decision]:
    """The first action that the principal may not do, else the last, and the decision on it; `record` gets each.

    A trust policy that names the account leaves the decision to identity-based policies; one that names the user, the
    role or the session suffices.
    """
    context = {**global_keys(principal, region, headers, own.tags), **_role_keys(role), **asked.keys()}
    policies = Policies(
        own.identity, role.trust, own.boundary, own.session, resource_must_allow=True, resource_kind="role trust policy"
    )
    caller = Caller(principal.arn, principal.account_id, principal.user_id, principal.role_arn)
    for action in asked.actions:
        access = Access(action, role.arn, context)
        decision = evaluate(access, caller, policies)
        record(access, decision)
        if not decision.allowed:
            break
    return action, decision


def _role_keys(role: Role) -> Context:
    """The role's tags, under the name that every service uses and under IAM's own."""
    return {
        f"{prefix}:resourcetag/{name.lower()}": (value,)
        for prefix in ("aws", "iam")
        for name, value in role.tags.items()
    }
