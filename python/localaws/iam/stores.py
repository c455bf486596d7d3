"""What the decisions need to know of roles and resources; `motobridge` implements it over moto's IAM and S3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from localaws.iam.policy import Policy
from localaws.iam.principal import Principal, RoleSession, ServicePrincipal

__all__ = ["Attached", "Encryption", "PolicyStore", "RoleStore"]


@dataclass(frozen=True)
class Attached:
    """A principal's policies and tags; `sources` are the name and the text of each identity-based policy."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: Policy | None = None
    tags: dict[str, str] = field(default_factory=dict)
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Encryption:
    """Server-side encryption with a KMS key (its ID, alias or ARN); `bucket_key`: by way of a bucket key."""

    key: str
    bucket_key: bool = False


class PolicyStore(Protocol):
    """The policies of principals and buckets."""

    @property
    def partition(self) -> str:
        """The partition of the account's ARNs."""

    @property
    def canonical_user_id(self) -> str:
        """The account's identifier in bucket policies and ACLs."""

    def of(self, principal: Principal) -> Attached:
        """The policies and tags of the principal; nothing for a role that does not exist."""

    def bucket(self, name: str) -> tuple[bool, Policy | None]:
        """Whether the bucket exists, and its policy."""

    def resource(self, arn: str) -> Policy | None:
        """The policy of a bucket (or of the bucket of an object), key, queue, topic, function or repository.

        None where the resource has none, or does not exist.
        """

    def key_arn(self, name: str, region: str) -> str | None:
        """The ARN of the KMS key of an ID, alias or ARN; None where there is no such key."""

    def with_path(self, arn: str) -> str:
        """The ARN, with its path, of the role or user that an ARN without one names; else the ARN as it is."""

    def bucket_encryption(self, name: str) -> Encryption | None:
        """The bucket's default encryption with a key of the account's own."""

    def object_encryption(self, bucket: str, key: str, version_id: str | None) -> Encryption | None:
        """The encryption of an object, or of its version, with a key of the account's own."""

    def upload_encryption(self, bucket: str, upload_id: str) -> Encryption | None:
        """The encryption of a multipart upload with a key of the account's own."""

    def message_encryption(self, arn: str) -> Encryption | None:
        """The encryption of a queue or topic."""

    def object_tags(self, bucket: str, key: str) -> dict[str, str]:
        """The tags of the object's newest version."""


class RoleStore(Protocol):
    """The roles that services assume."""

    @property
    def session_seconds(self) -> int:
        """How long a role's session lives."""

    def assume_for_service(self, role_arn: str, session_name: str, service: ServicePrincipal) -> RoleSession:
        """Credentials of the role for a service; raises `AwsError` where it cannot be assumed."""
