"""Who sends a request, and the keys by which that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Key", "Principal", "RoleSession", "ServicePrincipal"]


@dataclass(frozen=True)
class ServicePrincipal:
    """An AWS service that assumes a role.

    `name` is as a trust policy names it (`sagemaker.amazonaws.com`), `source_arn` the ARN of the resource for which the
    service acts: the key `aws:SourceArn` of a trust policy.
    """

    name: str
    source_arn: str


@dataclass(frozen=True)
class Principal:
    """The caller of a request.

    `arn` is what AWS puts into messages and `GetCallerIdentity`: `arn:aws:iam::…:user/x` or
    `arn:aws:sts::…:assumed-role/role/session`.  `role_arn` is the IAM role behind an assumed-role session,
    `session_policy` the JSON document that AssumeRole was given to narrow it down, `session_policy_arns` the managed
    policies given for the same purpose.  `session_tags` override the role's tags; those named in `transitive_tag_keys`
    pass on to the sessions of roles that the session assumes, as does `source_identity`.
    """

    kind: Literal["administrator", "user", "assumed-role"]
    arn: str
    user_id: str
    name: str
    account_id: str
    access_key_id: str
    role_arn: str | None = None
    session_policy: str | None = None
    session_policy_arns: tuple[str, ...] = ()
    session_tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None


@dataclass(frozen=True)
class RoleSession:
    """Temporary credentials of a role, and the principal that they make.

    `expiration` (aware, UTC) is None for keys that do not expire.  `assumed_by` is the service that assumed the role
    and can renew the session, None for keys that no service got.
    """

    principal: Principal
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime | None = None
    assumed_by: ServicePrincipal | None = None


@dataclass(frozen=True)
class Key:
    """What must come with an access key: requests are signed with `secret` and carry `token` (None: a user's key).

    `expiration` (aware, UTC) is None for keys that do not expire.
    """

    principal: Principal
    secret: str
    token: str | None
    expiration: datetime | None
