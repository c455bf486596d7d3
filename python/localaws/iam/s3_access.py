"""Whether a principal may do what a request asks of S3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree

from localaws.api.errors import AwsError
from localaws.iam.actions import Need as KeyNeed
from localaws.iam.applying import policies_on
from localaws.iam.context import global_keys, s3_keys
from localaws.iam.evaluate import Access, Decision, Policies, evaluate
from localaws.iam.kms_needs import kms_needs, s3_key_uses
from localaws.iam.named_principals import Caller
from localaws.iam.patterns import Context
from localaws.iam.principal import Principal
from localaws.iam.s3_actions import Need, S3Call, needs
from localaws.iam.stores import Attached, PolicyStore

__all__ = ["S3Access"]

_EXISTING_TAG = "s3:existingobjecttag/"


@dataclass
class S3Access:
    """One request of a principal."""

    principal: Principal
    region: str
    policies: PolicyStore
    call: S3Call
    record: Callable[[Access, Decision], None]
    body: bytes = b""

    def check(self) -> None:
        """Raise S3's AccessDenied unless everything that the request needs is allowed."""
        for need in needs(self.call):
            self._require(need)
        for use in s3_key_uses(self.call, self.policies):
            for key_need in kms_needs(use, "s3", self.region, self.principal.account_id, self.policies):
                self._require_key(key_need)

    def check_missing(self) -> None:
        """Raise AccessDenied where an object was not found and the principal may not list its bucket."""
        if self.call.reads_object:
            self._require(Need("ListBucket", self.call.bucket))

    def may_delete(self, key: str) -> bool:
        """Whether the principal may delete the object, or its version where the request names one."""
        named = self._deleted.get(key, {False})
        actions = ["DeleteObjectVersion" if versioned else "DeleteObject" for versioned in named]
        return all(self._decision(Need(action, self.call.bucket, key)).allowed for action in actions)

    def _require(self, need: Need) -> None:
        decision = self._decision(need)
        if not decision.allowed:
            action = f"s3:{need.action}"
            on = f' on resource: "{need.resource(self.policies.partition)}"' if need.bucket else ""
            message = f"User: {self.principal.arn} is not authorized to perform: {action}{on} {decision.reason(action)}"
            raise AwsError("AccessDenied", message, status=403)

    def _require_key(self, need: KeyNeed) -> None:
        """Raise S3's AccessDenied unless the principal may have S3 use a KMS key for it."""
        applying = policies_on(need.resource, self._attached, self.policies)
        keys = global_keys(self.principal, self.region, self.call.headers, self._attached.tags)
        access = Access(need.action, need.resource, {**keys, **need.context})
        decision = evaluate(access, self._caller, applying)
        self.record(access, decision)
        if not decision.allowed:
            what = f"{need.action} on resource: {need.resource} {decision.reason(need.action)}"
            raise AwsError(
                "AccessDenied", f"User: {self.principal.arn} is not authorized to perform: {what}", status=403
            )

    def _decision(self, need: Need) -> Decision:
        exists, bucket_policy = self.policies.bucket(need.bucket) if need.bucket else (True, None)
        if not exists and need.action != "CreateBucket":
            return Decision("allowed", "identity-based policy")  # S3 says that there is no such bucket
        own = self._attached
        applying = Policies(own.identity, bucket_policy, own.boundary, own.session)
        access = Access(f"s3:{need.action}", need.resource(self.policies.partition), self._context(need, applying))
        decision = evaluate(access, self._caller, applying)
        self.record(access, decision)
        return decision

    @cached_property
    def _attached(self) -> Attached:
        return self.policies.of(self.principal)

    @cached_property
    def _caller(self) -> Caller:
        principal = self.principal
        return Caller(
            principal.arn,
            principal.account_id,
            principal.user_id,
            principal.role_arn,
            canonical_user_id=self.policies.canonical_user_id,
        )

    @cached_property
    def _keys(self) -> Context:
        known = global_keys(self.principal, self.region, self.call.headers, self._attached.tags)
        return {**known, **s3_keys(self.call, self.principal.account_id)}

    def _context(self, need: Need, applying: Policies) -> Context:
        if not need.key or not applying.ask_for((_EXISTING_TAG,)):
            return self._keys
        tags = self.policies.object_tags(need.bucket, need.key)
        return {**self._keys, **{f"{_EXISTING_TAG}{name.lower()}": (value,) for name, value in tags.items()}}

    @cached_property
    def _deleted(self) -> dict[str, set[bool]]:
        """The keys that a DeleteObjects names, each with whether it names a version, which it may do both ways."""
        try:
            root = ElementTree.fromstring(self.body)
        except ElementTree.ParseError:
            return {}  # S3 refuses the body
        found: dict[str, set[bool]] = {}
        for one in root:
            fields = {child.tag.rpartition("}")[2]: child.text or "" for child in one}
            found.setdefault(fields.get("Key", ""), set()).add(bool(fields.get("VersionId")))
        return found
