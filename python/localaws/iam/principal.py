"""Who sends a request, and the keys by which that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Key", "Principal", "RoleSession"]


@dataclass(frozen=True)
class Principal:
    """The caller of a request.

    `arn` is what AWS puts into messages and `GetCallerIdentity`: `arn:aws:iam::…:user/x` or
    `arn:aws:sts::…:assumed-role/role/session`.  `role_arn` is the IAM role behind an assumed-role session,
    `session_policy` the JSON document that AssumeRole was given to narrow it down.
    """

    kind: Literal["administrator", "user", "assumed-role"]
    arn: str
    user_id: str
    name: str
    account_id: str
    access_key_id: str
    role_arn: str | None = None
    session_policy: str | None = None


@dataclass(frozen=True)
class RoleSession:
    """Temporary credentials of a role, and the principal that they make.

    `expiration` (aware, UTC) is None for keys that do not expire.
    """

    principal: Principal
    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime | None = None


@dataclass(frozen=True)
class Key:
    """What must come with an access key: requests are signed with `secret` and carry `token` (None: a user's key).

    `expiration` (aware, UTC) is None for keys that do not expire.
    """

    principal: Principal
    secret: str
    token: str | None
    expiration: datetime | None
