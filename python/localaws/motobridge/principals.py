"""The stack's principals: its administrator, users with keys, and sessions of assumed roles.

Users, roles, keys and sessions live in moto's IAM and STS, so what clients make through those APIs is known here too.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, cast

from localaws.api.errors import validation_error
from localaws.iam.principal import Key, Principal, RoleSession, ServicePrincipal
from localaws.iam.trust import Role, decide_for_service
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK
from localaws.motobridge.policies import AttachedPolicies
from localaws.motobridge.sessions import SessionSettings

__all__ = ["ADMINISTRATOR", "Principals"]

ADMINISTRATOR = "localaws-administrator"
_ADMINISTRATOR_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
# The longest that a role's session may live; what runs longer renews it.
_SESSION_SECONDS = 12 * 3600


class Principals:
    """Access keys and the principals behind them, for one account; `policies` are what they may do."""

    def __init__(self, region: str, account_id: str, partition: str) -> None:
        from moto.sts.models import sts_backends

        self._region = region
        self._account_id = account_id
        self.policies = AttachedPolicies(account_id, partition)
        self._iam = backends.iam(account_id, partition)
        self._sts: Any = sts_backends[account_id][partition]
        self._iam.create_user(region, ADMINISTRATOR)
        self._iam.put_user_policy(ADMINISTRATOR, "everything", json.dumps(_ADMINISTRATOR_POLICY))
        key = self._iam.create_access_key(ADMINISTRATOR)
        self.administrator_access_key_id: str = key.access_key_id
        self.administrator_secret_access_key: str = key.secret_access_key
        self.session_seconds = _SESSION_SECONDS
        # What moto has for access keys that were used before: (key, user) and (session, role).
        self._users: dict[str, tuple[Any, Any]] = {}
        self._sessions: dict[str, tuple[Any, Any]] = {}

    def key(self, access_key_id: str) -> Key | None:
        """The active key and the principal that holds it, or None for a key that the stack did not give.

        A key that was seen before costs a few looks into moto's dictionaries and no lock, so that a request does not
        wait for what moto does for another one.  Whatever of it has changed since (the key's state, its user, its role)
        is seen at once: only moto's own objects are remembered, and they are used only while moto still holds them.
        """
        return self._user_key(access_key_id) or self._session_key(access_key_id)

    def authenticate(self, access_key_id: str) -> Principal | None:
        """The principal that holds the active access key, or None for a key that the stack did not give."""
        key = self.key(access_key_id)
        return None if key is None else key.principal

    def secret(self, access_key_id: str) -> tuple[str, str | None] | None:
        """The secret of an active access key, and the session token that must come with it (None for a user's key)."""
        key = self.key(access_key_id)
        return None if key is None else (key.secret, key.token)

    def _user_key(self, access_key_id: str) -> Key | None:
        # Its session keys are among moto's access keys, without a user.
        key = self._iam.access_keys.get(access_key_id)
        if key is None or key.status != "Active" or key.user_name is None:
            return None
        known, user = self._users.get(access_key_id, (None, None))
        if known is not key or self._iam.users.get(user.name) is not user:
            with MOTO_LOCK:
                user = self._iam.get_user_from_access_key_id(access_key_id)
            if user is None:
                return None
            self._users[access_key_id] = (key, user)
        kind = "administrator" if user.name == ADMINISTRATOR else "user"
        principal = Principal(cast(Any, kind), user.arn, user.id, user.name, self._account_id, access_key_id)
        return Key(principal, key.secret_access_key, None, None)

    def _session_key(self, access_key_id: str) -> Key | None:
        session, role = self._sessions.get(access_key_id, (None, None))
        if session is None or self._iam.roles.get(role.id) is not role:
            with MOTO_LOCK:
                session = self._sts.get_assumed_role_from_access_key(access_key_id)
                if session is None:
                    return None
                role = self._role(session.role_arn)
            if role is None:
                # Whether the session of a role that has gone may do anything is not decided here.
                return self._key_of(session, None)
            self._sessions[access_key_id] = (session, role)
        return self._key_of(session, role)

    def _key_of(self, session: Any, role: Any) -> Key:
        principal = self._session_principal(session, role)
        return Key(principal, session.secret_access_key, session.session_token, _aware(session.expiration))

    def administrator(self) -> Principal:
        """The principal of the key that `localaws env` prints."""
        principal = self.authenticate(self.administrator_access_key_id)
        assert principal is not None
        return principal

    def named(self, arn: str) -> Principal | None:
        """The principal that a user's or role's ARN stands for (no session, no key), or None where there is none."""
        for user in self._iam.users.values():
            if user.arn == arn:
                kind = "administrator" if user.name == ADMINISTRATOR else "user"
                return Principal(cast(Any, kind), arn, user.id, user.name, self._account_id, "")
        for role in self._iam.get_roles():
            if role.arn == arn:
                return Principal("assumed-role", arn, role.id, role.name, self._account_id, "", arn)
        return None

    def role(self, role_arn: str) -> Role | None:
        """The role, its trust policy and tags, or None where no such role exists."""
        with MOTO_LOCK:
            role = self._role(role_arn)
            return None if role is None else Role(role_arn, self._account_id, *self.policies.trust(role))

    def max_session_seconds(self, role_arn: str) -> int:
        """The longest that AssumeRole gives a session of the role."""
        with MOTO_LOCK:
            role = self._role(role_arn)
            return int(role.max_session_duration) if role else 0

    def assume_for_service(self, role_arn: str, session_name: str, service: ServicePrincipal) -> RoleSession:
        """Credentials of the role for one of its service's sessions.

        Raises SageMaker's ValidationException where the role does not exist or does not let the service assume it.
        """
        name = re.sub(r"[^\w+=,.@-]", "-", session_name)[:64]
        role = self.role(role_arn)
        decision = None if role is None else decide_for_service(role, service, name, self._region)
        if decision is None or not decision.allowed:
            message = (
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                f"'{service.name}' to assume the role."
            )
            if decision is not None:
                reason = decision.reason("sts:AssumeRole")
                message += f" It was refused {reason}, with {service.source_arn} for aws:SourceArn."
            raise validation_error(message)
        return self.open_session(role_arn, name, self.session_seconds, SessionSettings(), service)

    def may_assume(self, role_arn: str, service: ServicePrincipal) -> bool:
        """Whether the role exists and lets the service assume it."""
        role = self.role(role_arn)
        return role is not None and decide_for_service(role, service, "check", self._region).allowed

    def open_session(
        self,
        role_arn: str,
        session_name: str,
        seconds: int,
        settings: SessionSettings,
        assumed_by: ServicePrincipal | None = None,
    ) -> RoleSession:
        """Credentials of the role. Whether the caller may assume it was decided before."""
        with MOTO_LOCK:
            session = self._sts.assume_role(
                region_name=self._region,
                role_session_name=session_name,
                role_arn=role_arn,
                policy=settings.policy,
                duration=seconds,
                external_id=None,
            )
            session.settings = settings
        key = self.key(session.access_key_id)
        assert key is not None
        return RoleSession(
            key.principal,
            session.access_key_id,
            key.secret,
            session.session_token,
            _aware(session.expiration),
            assumed_by,
        )

    def _role(self, role_arn: str) -> Any:
        return next((role for role in self._iam.get_roles() if role.arn == role_arn), None)

    def _session_principal(self, session: Any, role: Any) -> Principal:
        if role is None:
            with MOTO_LOCK:
                user_id = session.user_id
        else:
            user_id = f"{role.id}:{session.session_name}"
        return Principal(
            "assumed-role",
            session.arn,
            user_id,
            session.session_name,
            self._account_id,
            session.access_key_id,
            session.role_arn,
            session.settings.policy,
            session.settings.policy_arns,
            session.settings.tags,
            session.settings.transitive_tag_keys,
            session.settings.source_identity,
        )


def _aware(moment: datetime) -> datetime:
    """moto's times are UTC and do not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
