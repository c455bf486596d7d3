"""Temporary credentials that are renewed before they expire, for what may run longer than a session lives."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from localaws.api.errors import AwsError
from localaws.iam.principal import RoleSession
from localaws.iam.stores import RoleStore

__all__ = ["ContainerCredentials", "RotatingSession"]


class RotatingSession:
    """A session of a role; another one takes its place when half of its time is over."""

    def __init__(self, principals: RoleStore, session: RoleSession, clock: Callable[[], datetime]) -> None:
        self._principals, self._session, self._clock = principals, session, clock
        self._lock = threading.Lock()

    def current(self) -> RoleSession:
        """Credentials that are good for a while.

        Where the role cannot be assumed any more (it was deleted, say), the old ones come back: requests with them fail
        with AWS's ExpiredToken, which clients know.
        """
        with self._lock:
            old = self._session
            if old.expiration is None or old.assumed_by is None or old.principal.role_arn is None:
                return old
            left = (old.expiration - self._clock()).total_seconds()
            if left < self._principals.session_seconds / 2:
                try:
                    self._session = self._principals.assume_for_service(
                        old.principal.role_arn, old.principal.name, old.assumed_by
                    )
                except AwsError:
                    return old
            return self._session


class ContainerCredentials:
    """What AWS's container credential provider is told, as SDKs inside jobs and models ask for it.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """

    def __init__(self, principals: RoleStore, clock: Callable[[], datetime]) -> None:
        self._principals, self._clock = principals, clock
        self._sessions: dict[str, tuple[str, RotatingSession]] = {}
        self._lock = threading.Lock()

    def open(self, session: RoleSession) -> str:
        """Start to renew `session` for a container; the token that the container must show."""
        with self._lock:
            known = self._sessions.get(session.access_key_id)
            if known is None:
                rotating = RotatingSession(self._principals, session, self._clock)
                known = self._sessions[session.access_key_id] = (secrets.token_urlsafe(32), rotating)
            return known[0]

    def close(self, session: RoleSession) -> None:
        """The container has ended: its token is worth nothing any more."""
        with self._lock:
            self._sessions.pop(session.access_key_id, None)

    def document(self, token: str) -> dict[str, Any] | None:
        """The credentials as the provider reads them; None for a token that is not known."""
        with self._lock:
            sessions = list(self._sessions.values())
        for known, rotating in sessions:
            if hmac.compare_digest(known.encode(), token.encode("utf-8", "replace")):
                session = rotating.current()
                assert session.expiration is not None
                return {
                    "AccessKeyId": session.access_key_id,
                    "Expiration": session.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "RoleArn": session.principal.role_arn,
                    "SecretAccessKey": session.secret_access_key,
                    "Token": session.session_token,
                }
        return None
