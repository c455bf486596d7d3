"""Whether a principal may do what a request asks of S3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree

from localaws.api.errors import AwsError
from localaws.iam.actions import Need as KeyNeed
from localaws.iam.applying import policies_on
from localaws.iam.asking import Asking
from localaws.iam.context import s3_keys
from localaws.iam.evaluate import Access, Decision, Policies
from localaws.iam.kms_needs import kms_needs, s3_key_uses
from localaws.iam.patterns import Context
from localaws.iam.s3_actions import Need, S3Call, needs
from localaws.iam.stores import PolicyStore

__all__ = ["S3Access"]

_EXISTING_TAG = "s3:existingobjecttag/"


@dataclass
class S3Access:
    """One request; `asking` has the account's canonical user id."""

    asking: Asking
    call: S3Call
    body: bytes = b""

    def check(self) -> None:
        """Raise S3's AccessDenied unless everything that the request needs is allowed."""
        for need in needs(self.call):
            self._require(need)
        account_id = self.asking.principal.account_id
        for use in s3_key_uses(self.call, self._policies):
            for key_need in kms_needs(use, "s3", self.asking.region, account_id, self._policies):
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
            resource = f'"{need.resource(self._policies.partition)}"' if need.bucket else ""
            raise self._denied(f"s3:{need.action}", resource, decision)

    def _require_key(self, need: KeyNeed) -> None:
        """Raise S3's AccessDenied unless the principal may have S3 use a KMS key for it."""
        applying = policies_on(need.resource, self.asking.attached, self._policies)
        access = Access(need.action, need.resource, {**self.asking.keys, **need.context})
        decision = self.asking.decision(access, applying)
        if not decision.allowed:
            raise self._denied(need.action, need.resource, decision)

    def _denied(self, action: str, resource: str, decision: Decision) -> AwsError:
        return AwsError("AccessDenied", self.asking.denial(action, resource, decision), status=403)

    def _decision(self, need: Need) -> Decision:
        exists, bucket_policy = self._policies.bucket(need.bucket) if need.bucket else (True, None)
        if not exists and need.action != "CreateBucket":
            return Decision("allowed", "identity-based policy")  # S3 says that there is no such bucket
        own = self.asking.attached
        applying = Policies(own.identity, bucket_policy, own.boundary, own.session)
        access = Access(f"s3:{need.action}", need.resource(self._policies.partition), self._context(need, applying))
        return self.asking.decision(access, applying)

    @property
    def _policies(self) -> PolicyStore:
        return self.asking.policies

    @cached_property
    def _keys(self) -> Context:
        return {**self.asking.keys, **s3_keys(self.call, self.asking.principal.account_id)}

    def _context(self, need: Need, applying: Policies) -> Context:
        if not need.key or not applying.ask_for((_EXISTING_TAG,)):
            return self._keys
        tags = self._policies.object_tags(need.bucket, need.key)
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
