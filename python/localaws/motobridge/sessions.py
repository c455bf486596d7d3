"""What a session remembers beside its keys, which is all that moto keeps."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SessionSettings"]


@dataclass(frozen=True)
class SessionSettings:
    """The parameters of AssumeRole that decide what the session may do; see `Principal` for their meaning."""

    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
