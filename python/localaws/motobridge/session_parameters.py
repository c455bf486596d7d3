"""The parameters of AssumeRole, checked as STS checks them.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from localaws.api.errors import AwsError
from localaws.api.query import members, structures
from localaws.iam import Principal
from localaws.iam.documents import check_document
from localaws.iam.policy import PolicyError
from localaws.iam.trust import SessionRequest
from localaws.motobridge.sessions import SessionSettings

__all__ = ["AssumeRoleForm"]

_MIN_SECONDS, _MAX_SECONDS = 900, 43200
_CHAINED_SECONDS = 3600
_MAX_TAGS = 50
_MAX_POLICY_ARNS = 10
_MAX_POLICY_CHARACTERS = 2048
_WORD = r"[\w+=,.@-]*"

Form = Mapping[str, str]


@dataclass(frozen=True)
class AssumeRoleForm:
    """What one AssumeRole asks for: `request` is what policies decide on, `settings` what the session remembers."""

    role_arn: str
    request: SessionRequest
    settings: SessionSettings

    @classmethod
    def read(cls, form: Form, caller: Principal) -> AssumeRoleForm:
        """Raises STS's `AwsError` for parameters that it refuses."""
        tags, transitive = _tags(form), tuple(members(form, "TransitiveTagKeys"))
        inherited = _inherited(caller, tags)
        keys = {key.lower() for key in tags}
        if missing := next((key for key in transitive if key.lower() not in keys), None):
            raise AwsError(
                "InvalidParameterValue",
                f"The specified transitive tag key {missing} must be included in the requested tags.",
            )
        request = SessionRequest(
            _SESSION_NAME.required(form),
            _duration(form),
            _EXTERNAL_ID.optional(form),
            _SOURCE_IDENTITY.optional(form),
            tags,
            transitive,
        )
        settings = SessionSettings(
            _session_policy(form),
            _policy_arns(form),
            tuple({**inherited, **tags}.items()),
            (*caller.transitive_tag_keys, *transitive),
            request.source_identity or caller.source_identity,
        )
        return cls(_ROLE_ARN.required(form), request, settings)

    def check_duration(self, caller: Principal, maximum: int) -> None:
        """Raise STS's `AwsError` where the session would live longer than the role's `maximum` or a chain allows."""
        asked = self.request.duration_seconds or 0
        if caller.kind == "assumed-role" and asked > _CHAINED_SECONDS:
            raise AwsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            )
        if asked > maximum:
            raise AwsError(
                "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )


def _inherited(caller: Principal, tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that the caller's session passes on, which the new session cannot change."""
    transitive = {key.lower() for key in caller.transitive_tag_keys}
    inherited = {key: value for key, value in caller.session_tags if key.lower() in transitive}
    keys = {key.lower() for key in tags}
    if fixed := next((key for key in inherited if key.lower() in keys), None):
        raise AwsError("InvalidParameterValue", f"The transitive tag {fixed} of the session cannot be overridden.")
    return inherited


@dataclass(frozen=True)
class _Rule:
    """What STS checks of a text parameter."""

    member: str
    minimum: int
    maximum: int
    pattern: str

    def required(self, form: Form) -> str:
        value = self.optional(form)
        if value is None:
            raise _invalid(f"Value null at '{self._path}' failed to satisfy constraint: Member must not be null")
        return value

    @property
    def _path(self) -> str:
        return self.member[0].lower() + self.member[1:]

    def optional(self, form: Form) -> str | None:
        value = form.get(self.member)
        if value is None:
            return None
        if len(value) < self.minimum:
            rule = f"Member must have length greater than or equal to {self.minimum}"
        elif len(value) > self.maximum:
            rule = f"Member must have length less than or equal to {self.maximum}"
        elif not re.fullmatch(self.pattern, value, re.ASCII | re.DOTALL):
            rule = f"Member must satisfy regular expression pattern: {self.pattern}"
        else:
            return value
        raise _invalid(f"Value '{value}' at '{self._path}' failed to satisfy constraint: {rule}")


_ROLE_ARN = _Rule("RoleArn", 20, 2048, r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD]+")
_SESSION_NAME = _Rule("RoleSessionName", 2, 64, _WORD)
_EXTERNAL_ID = _Rule("ExternalId", 2, 1224, r"[\w+=,.@:/-]*")
_SOURCE_IDENTITY = _Rule("SourceIdentity", 2, 64, _WORD)
_POLICY = _Rule("Policy", 1, _MAX_POLICY_CHARACTERS, r"[\u0009\u000A\u000D\u0020-\u00FF]+")


def _tags(form: Form) -> dict[str, str]:
    given = structures(form, "Tags")
    if len(given) > _MAX_TAGS:
        raise _invalid(
            f"Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to {_MAX_TAGS}"
        )
    tags: dict[str, str] = {}
    for tag in given:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise _invalid(
                f"Value '{key}' at 'tags' failed to satisfy constraint: Member must have a key of 1 to 128 and a value "
                "of 0 to 256 characters"
            )
        if key.lower() in map(str.lower, tags):
            raise AwsError(
                "InvalidParameterValue", f"Duplicate tag keys found: {key}. Tag keys are not case sensitive."
            )
        tags[key] = value
    return tags


def _session_policy(form: Form) -> str | None:
    text = _POLICY.optional(form)
    if text is not None:
        try:
            check_document(text, "identity")
        except PolicyError as error:
            raise AwsError("MalformedPolicyDocument", str(error)) from error
    return text


def _policy_arns(form: Form) -> tuple[str, ...]:
    arns = tuple(each.get("arn", "") for each in structures(form, "PolicyArns"))
    if len(arns) > _MAX_POLICY_ARNS:
        raise _invalid(
            "Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to "
            f"{_MAX_POLICY_ARNS}"
        )
    return arns


def _duration(form: Form) -> int | None:
    text = form.get("DurationSeconds")
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,10}", text):
        raise AwsError("ValidationError", f"DurationSeconds is {text!r}: it must be a whole number of seconds.")
    value = int(text)
    for limit, wrong, words in (
        (_MIN_SECONDS, value < _MIN_SECONDS, "greater"),
        (_MAX_SECONDS, value > _MAX_SECONDS, "less"),
    ):
        if wrong:
            raise _invalid(
                f"Value '{value}' at 'durationSeconds' failed to satisfy constraint: Member must have value {words} "
                f"than or equal to {limit}"
            )
    return value


def _invalid(detail: str) -> AwsError:
    return AwsError("ValidationError", f"1 validation error detected: {detail}")
