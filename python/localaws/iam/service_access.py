"""Whether a role's session may do what it asks of a service other than S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from localaws.api.errors import AwsError
from localaws.iam.actions import Account, Call, Need, needs
from localaws.iam.applying import policies_on
from localaws.iam.context import global_keys
from localaws.iam.evaluate import Access, Decision, Policies, evaluate
from localaws.iam.kms_needs import kms_needs, message_key_uses
from localaws.iam.named_principals import Caller
from localaws.iam.patterns import Context
from localaws.iam.principal import Principal
from localaws.iam.stores import Attached, PolicyStore

__all__ = ["ServiceAccess"]

# How services name a denial, where it is not AccessDeniedException with status 400.
_QUERY, _REST = ("AccessDenied", 403), ("AccessDeniedException", 403)
_DENIALS = {
    "cloudformation": _QUERY,
    "cloudwatch": _QUERY,
    "iam": _QUERY,
    "lambda": _REST,
    "scheduler": _REST,
    "sns": ("AuthorizationError", 403),
    "sqs": _QUERY,
    "sts": _QUERY,
}

# The same for the key of a queue or topic.
_KEY_DENIALS = {"sns": ("KMSAccessDenied", 400), "sqs": ("KmsAccessDenied", 400)}


@dataclass
class ServiceAccess:
    """One request of a principal; `tags` gives the tags of the resource with an ARN."""

    principal: Principal
    account: Account
    policies: PolicyStore
    call: Call
    headers: Mapping[str, str]
    tags: Callable[[str], Mapping[str, str]]
    record: Callable[[Access, Decision], None]

    def check(self) -> None:
        """Raise the service's own denial unless everything that the request needs is allowed."""
        for need in needs(self.call, self.account):
            self._require(need)
            # What a queue or a topic encrypts, it encrypts for the caller.
            for use in message_key_uses(need.action, need.resource, self.policies):
                service = need.action.partition(":")[0].lower()
                for key_need in kms_needs(use, service, self.account.region, self.principal.account_id, self.policies):
                    self._require(key_need)

    def _require(self, need: Need) -> None:
        applying = policies_on(need.resource, self._attached, self.policies)
        access = Access(need.action, need.resource, self._context(need, applying))
        decision = evaluate(access, self._caller, applying)
        self.record(access, decision)
        if not decision.allowed:
            raise self._denial(need, decision)

    def _denial(self, need: Need, decision: Decision) -> AwsError:
        runtime = self.call.operation.startswith("InvokeEndpoint")
        code, status = _REST if runtime else _DENIALS.get(self.call.service, ("AccessDeniedException", 400))
        if need.action.startswith("kms:"):
            code, status = _KEY_DENIALS.get(self.call.service, (code, status))
        what = f"{need.action} on resource: {need.resource} {decision.reason(need.action)}"
        return AwsError(code, f"User: {self.principal.arn} is not authorized to perform: {what}", status=status)

    @cached_property
    def _attached(self) -> Attached:
        return self.policies.of(self.principal)

    @cached_property
    def _caller(self) -> Caller:
        principal = self.principal
        return Caller(principal.arn, principal.account_id, principal.user_id, principal.role_arn)

    @cached_property
    def _keys(self) -> Context:
        return global_keys(self.principal, self.account.region, self.headers, self._attached.tags)

    def _context(self, need: Need, applying: Policies) -> Context:
        service = need.action.partition(":")[0]
        prefixes = ("aws:resourcetag/", f"{service}:resourcetag/")
        keys = {**self._keys, **need.context}
        if need.resource == "*" or not applying.ask_for(prefixes):
            return keys
        tags = self.tags(need.resource)
        return {**keys, **{f"{prefix}{name.lower()}": (value,) for prefix in prefixes for name, value in tags.items()}}
