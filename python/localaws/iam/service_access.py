"""Whether a role's session may do what it asks of a service other than S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from localaws.api.errors import AwsError
from localaws.iam.actions import Account, Call, Need, needs
from localaws.iam.applying import policies_on
from localaws.iam.asking import Asking
from localaws.iam.evaluate import Access, Policies
from localaws.iam.kms_needs import kms_needs, message_key_uses
from localaws.iam.patterns import Context

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
    """One request; `tags` gives the tags of the resource with an ARN."""

    asking: Asking
    account: Account
    call: Call
    tags: Callable[[str], Mapping[str, str]]

    def check(self) -> None:
        """Raise the service's own denial unless everything that the request needs is allowed."""
        store, principal = self.asking.policies, self.asking.principal
        for need in needs(self.call, self.account):
            self._require(need)
            # What a queue or a topic encrypts, it encrypts for the caller.
            for use in message_key_uses(need.action, need.resource, store):
                service = need.action.partition(":")[0].lower()
                for key_need in kms_needs(use, service, self.account.region, principal.account_id, store):
                    self._require(key_need)

    def _require(self, need: Need) -> None:
        applying = policies_on(need.resource, self.asking.attached, self.asking.policies)
        access = Access(need.action, need.resource, self._context(need, applying))
        decision = self.asking.decision(access, applying)
        if not decision.allowed:
            code, status = self._denial(need)
            raise AwsError(code, self.asking.denial(need.action, need.resource, decision), status=status)

    def _denial(self, need: Need) -> tuple[str, int]:
        """The code and the HTTP status of the service's refusal."""
        runtime = self.call.operation.startswith("InvokeEndpoint")
        usual = _REST if runtime else _DENIALS.get(self.call.service, ("AccessDeniedException", 400))
        return _KEY_DENIALS.get(self.call.service, usual) if need.action.startswith("kms:") else usual

    def _context(self, need: Need, applying: Policies) -> Context:
        service = need.action.partition(":")[0]
        prefixes = ("aws:resourcetag/", f"{service}:resourcetag/")
        keys = {**self.asking.keys, **need.context}
        if need.resource == "*" or not applying.ask_for(prefixes):
            return keys
        tags = self.tags(need.resource)
        return {**keys, **{f"{prefix}{name.lower()}": (value,) for prefix in prefixes for name, value in tags.items()}}
