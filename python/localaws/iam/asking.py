"""One principal that asks for something: its policies, and what they say about an action on a resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from localaws.iam.context import global_keys
from localaws.iam.evaluate import Access, Decision, Policies, evaluate
from localaws.iam.named_principals import Caller
from localaws.iam.patterns import Context
from localaws.iam.principal import Principal
from localaws.iam.stores import Attached, PolicyStore

__all__ = ["Asking"]


@dataclass
class Asking:
    """A request's sender.  `headers` have title-case names; `record` gets every decision.

    `canonical_user_id` is the account's, for services whose policies name accounts so (S3).
    """

    principal: Principal
    region: str
    headers: Mapping[str, str]
    policies: PolicyStore
    record: Callable[[Access, Decision], None]
    canonical_user_id: str | None = None

    @cached_property
    def attached(self) -> Attached:
        """The principal's own policies and tags."""
        return self.policies.of(self.principal)

    @cached_property
    def keys(self) -> Context:
        """The `aws:` keys of the request."""
        return global_keys(self.principal, self.region, self.headers, self.attached.tags)

    def decision(self, access: Access, applying: Policies) -> Decision:
        """What the policies say."""
        decision = evaluate(access, self._caller, applying)
        self.record(access, decision)
        return decision

    def denial(self, action: str, resource: str, decision: Decision) -> str:
        """AWS's words for a refusal; `resource` may be empty."""
        on = f" on resource: {resource}" if resource else ""
        return f"User: {self.principal.arn} is not authorized to perform: {action}{on} {decision.reason(action)}"

    @cached_property
    def _caller(self) -> Caller:
        principal = self.principal
        return Caller(
            principal.arn,
            principal.account_id,
            principal.user_id,
            principal.role_arn,
            canonical_user_id=self.canonical_user_id,
        )
