"""Who sends a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Principal"]


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
