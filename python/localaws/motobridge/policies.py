"""The policies that apply to a principal and to a bucket, read where clients put them: in moto's IAM and S3."""

from __future__ import annotations

import logging
from typing import Any

from localaws.iam.policy import Policy, PolicyError, read_policy
from localaws.iam.principal import Principal
from localaws.iam.stores import Attached, Encryption
from localaws.motobridge import backends, encryption
from localaws.motobridge.lock import MOTO_LOCK
from localaws.motobridge.managed_policies import load_on_first_use
from localaws.motobridge.resource_policies import key_arn, resource_policy
from localaws.motobridge.resource_tags import resource_tags, tag_dict

__all__ = ["AttachedPolicies"]

_logger = logging.getLogger(__name__)
_NOTHING = Policy(())
_NOTHING_TEXT = '{"Statement": []}'
# What stands for a boundary or bucket policy that cannot be read: nobody gets in because of a defect.
_DENY_ALL_TEXT = '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}'
_DENY_ALL = read_policy(_DENY_ALL_TEXT)


class AttachedPolicies:
    """Looks policies up, for one account.

    What was looked up is kept until `changed` is called, so a change counts from the next request on; and a request
    does not wait for what moto does for another one.
    """

    def __init__(self, account_id: str, partition: str) -> None:
        # Roles made as AWS's tutorials make them carry AWS's own policies, which an account has from the start.
        load_on_first_use()
        self.partition = partition
        self._account_id = account_id
        self._iam = backends.iam(account_id, partition)
        self._found: dict[tuple[object, ...], Attached] = {}

    @property
    def canonical_user_id(self) -> str:
        """The account's identifier in bucket policies and ACLs."""
        from moto.s3.models import OWNER

        return OWNER

    def changed(self) -> None:
        """Look everything up again: something was done to users, groups, roles or policies."""
        # A new one, for a look-up that is under way must not fill the one that is in use.
        self._found = {}

    def of(self, principal: Principal) -> Attached:
        """Inline and managed policies, those of a user's groups included; nothing for a role that is gone."""
        found = self._found
        key = (
            principal.kind,
            principal.name,
            principal.role_arn,
            principal.session_policy,
            principal.session_policy_arns,
            principal.session_tags,
        )
        known = found.get(key)
        if known is None:
            known = found[key] = self._look_up(principal)
        return known

    def _look_up(self, principal: Principal) -> Attached:
        with MOTO_LOCK:
            entity = self._entity(principal)
            if entity is None:
                return Attached()
            texts = _texts(entity, "user" if principal.kind != "assumed-role" else "role")
            if principal.kind != "assumed-role":
                for group in self._iam.get_groups_for_user(principal.name):
                    texts += _texts(group, "group")
            boundary_arn = getattr(entity, "permissions_boundary_arn", None)
            boundary = self._iam.managed_policies.get(boundary_arn) if boundary_arn else None
            boundary_text = None if boundary is None else _default(boundary)
            tags = tag_dict(getattr(entity, "tags", None) or ())
            session_texts = [principal.session_policy] if principal.session_policy is not None else []
            session_texts += [self._managed_text(arn) for arn in principal.session_policy_arns]
        return Attached(
            tuple(_read(text) for _, text in texts),
            # A boundary that names no policy bounds everything.
            (_NOTHING if boundary_text is None else _read(boundary_text)) if boundary_arn else None,
            # Inline and managed session policies together allow what one of them allows.
            Policy(tuple(each for text in session_texts for each in _read(text).statements)) if session_texts else None,
            _merged(tags, principal.session_tags),
            tuple((name, _DENY_ALL_TEXT if _read(text) is _DENY_ALL else text) for name, text in texts),
        )

    def trust(self, role: Any) -> tuple[Policy, dict[str, str]]:
        """The trust policy and the tags of one of moto's roles."""
        return _read(str(role.assume_role_policy_document or "{}")), tag_dict(role.tags or ())

    def has_managed_policy(self, arn: str) -> bool:
        """Whether the managed policy exists."""
        with MOTO_LOCK:
            return arn in self._iam.managed_policies

    def _managed_text(self, arn: str) -> str:
        policy = self._iam.managed_policies.get(arn)
        return _NOTHING_TEXT if policy is None else _default(policy)

    def bucket(self, name: str) -> tuple[bool, Policy | None]:
        """Whether the bucket is there, and its policy."""
        with MOTO_LOCK:
            backend = backends.s3(self._account_id, self.partition)
            bucket = backend.buckets.get(name)
            if bucket is None:
                return False, None
            text = None if bucket.policy is None else bucket.policy.decode("utf-8", "replace")
        return True, None if text is None else _read(text)

    def resource(self, arn: str) -> Policy | None:
        """The policy of a bucket (or of an object's bucket), key, queue, topic, function or repository."""
        if arn.startswith(f"arn:{self.partition}:s3:::"):
            return self.bucket(arn.rpartition(":")[2].partition("/")[0])[1]
        text = resource_policy(self._account_id, arn)
        return None if text is None else _read(text)

    def resource_tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource of moto's services; none where it does not exist."""
        return resource_tags(self._account_id, arn)

    def key_arn(self, name: str, region: str) -> str | None:
        """The ARN of the KMS key of an ID, alias or ARN; None where there is no such key."""
        return key_arn(self._account_id, region, name)

    def with_path(self, arn: str) -> str:
        """The ARN, with its path, of the role or user that an ARN without one names; else the ARN as it is."""
        kind, _, name = arn.rpartition(":")[2].partition("/")
        with MOTO_LOCK:
            named = self._iam.get_roles() if kind == "role" else self._iam.users.values() if kind == "user" else ()
            return next((str(each.arn) for each in named if each.name == name), arn)

    def bucket_encryption(self, name: str) -> Encryption | None:
        """The bucket's default encryption with a key of the account's own."""
        return encryption.bucket_encryption(self._account_id, self.partition, name)

    def object_encryption(self, bucket: str, key: str, version_id: str | None) -> Encryption | None:
        """The encryption of an object, or of its version, with a key of the account's own."""
        return encryption.object_encryption(self._account_id, self.partition, bucket, key, version_id)

    def upload_encryption(self, bucket: str, upload_id: str) -> Encryption | None:
        """The encryption of a multipart upload with a key of the account's own."""
        return encryption.upload_encryption(self._account_id, self.partition, bucket, upload_id)

    def message_encryption(self, arn: str) -> Encryption | None:
        """The encryption of a queue or topic."""
        return encryption.message_encryption(self._account_id, arn)

    def object_tags(self, bucket: str, key: str) -> dict[str, str]:
        """The tags of an object's newest version, for `s3:ExistingObjectTag/…`."""
        from moto.s3.models import FakeKey

        with MOTO_LOCK:
            backend = backends.s3(self._account_id, self.partition)
            found = backend.buckets[bucket].keys.get(key) if bucket in backend.buckets else None
            if not isinstance(found, FakeKey):
                return {}
            return dict(backend.tagger.get_tag_dict_for_resource(found.arn))

    def _entity(self, principal: Principal) -> Any:
        if principal.kind != "assumed-role":
            return self._iam.users.get(principal.name)
        role_arn = principal.role_arn or ""
        name = role_arn.rpartition("/")[2]
        return next((role for role in self._iam.get_roles() if role.name == name and role.arn == role_arn), None)


def _texts(entity: Any, kind: str) -> list[tuple[str, str]]:
    """The policies of a user, role or group, each with the name that simulations give it."""
    inline = [(f"{kind}_{entity.name}_{name}", text) for name, text in entity.policies.items()]
    return [*inline, *((policy.name, _default(policy)) for policy in entity.managed_policies.values())]


def _default(policy: Any) -> str:
    """The document of a managed policy's default version."""
    return str(next(version.document for version in policy.versions if version.is_default))


def _merged(tags: dict[str, str], session_tags: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The role's tags and the session's, which override those of the same key in any case."""
    overridden = {key.lower() for key, _ in session_tags}
    return {**{key: value for key, value in tags.items() if key.lower() not in overridden}, **dict(session_tags)}


def _read(text: str) -> Policy:
    try:
        return read_policy(text)
    except PolicyError as error:
        _logger.warning("a policy that cannot be read denies everything: %s", error)
        return _DENY_ALL
