"""Policy documents, read once and ready to be asked.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal
from urllib.parse import unquote

from localaws.api.json_text import read_json
from localaws.iam.conditions import Condition, UnknownOperatorError
from localaws.iam.patterns import Context, glob_matches, matches, variables_of

__all__ = ["Policy", "PolicyError", "Statement", "document_text", "read_policy"]

Effect = Literal["Allow", "Deny"]
_VERSIONS = ("2012-10-17", "2008-10-17")
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


class PolicyError(ValueError):
    """A document that is not a policy; the message says what is wrong with it."""


@dataclass(frozen=True)
class Statement:
    """One statement.  Lists are as written; `variables` tells whether `${…}` means anything (Version 2012-10-17)."""

    effect: Effect
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...]
    not_resources: tuple[str, ...] | None
    principals: Mapping[str, tuple[str, ...]] | None
    not_principals: Mapping[str, tuple[str, ...]] | None
    conditions: tuple[Condition, ...]
    variables: bool

    def concerns(self, action: str, resource: str, context: Context) -> bool:
        """Whether action, resource and conditions are those of the statement; whose it is, the caller asks."""
        if self.not_actions is not None:
            if _named(self.not_actions, action):
                return False
        elif not _named(self.actions, action):
            return False
        variables = context if self.variables else None
        if self.not_resources is not None:
            if any(matches(pattern, resource, variables) for pattern in self.not_resources):
                return False
        # A trust policy has no resource: it is about the role that it belongs to.
        elif self.resources and not any(matches(pattern, resource, variables) for pattern in self.resources):
            return False
        return all(condition.holds(context, self.variables) for condition in self.conditions)


@dataclass(frozen=True)
class Policy:
    """A policy's statements."""

    statements: tuple[Statement, ...]

    def asks_for(self, prefixes: tuple[str, ...]) -> bool:
        """Whether a condition or a variable names a key that begins with one of `prefixes` (in lower case)."""
        return any(key.startswith(prefixes) for key in self.keys)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys, in lower case, that conditions and variables are about."""
        found: set[str] = set()
        for statement in self.statements:
            found.update(condition.key for condition in statement.conditions)
            if statement.variables:
                values = (value for condition in statement.conditions for value in condition.values)
                for text in (*statement.resources, *(statement.not_resources or ()), *values):
                    found.update(variables_of(text))
        return frozenset(found)


def _named(patterns: tuple[str, ...], action: str) -> bool:
    return any(glob_matches(pattern, action, ignore_case=True) for pattern in patterns)


def document_text(text: str) -> str:
    """The JSON of a document that may be URL-encoded, as IAM gives it."""
    return unquote(text) if text.startswith("%") else text


@lru_cache(maxsize=1024)
def read_policy(text: str) -> Policy:
    """The policy of a JSON document (which may be URL-encoded, as IAM gives it); raises PolicyError.

    The same text is read once: whoever changes a policy brings another text.
    """
    try:
        document = read_json(document_text(text))
    except ValueError as error:
        raise PolicyError(f"The policy is not JSON: {error}") from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise PolicyError("The policy has no Statement.")
    statements = document["Statement"]
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise PolicyError(f"The policy's Version is {json.dumps(version)}: it must be {' or '.join(_VERSIONS)}.")
    variables = version == "2012-10-17"
    return Policy(tuple(_statement(each, variables) for each in _list(statements)))


def _statement(given: Any, variables: bool) -> Statement:
    if not isinstance(given, dict):
        raise PolicyError(f"A statement is {json.dumps(given)}, not an object.")
    effect = given.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyError(f"A statement's Effect is {json.dumps(effect)}: it must be Allow or Deny.")
    if ("Action" in given) == ("NotAction" in given):
        raise PolicyError("A statement must have Action or NotAction, and not both.")
    if "Resource" in given and "NotResource" in given:
        raise PolicyError("A statement has both Resource and NotResource.")
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        # An empty list matches nothing, or with Not… everything: IAM takes neither.
        if given.get(element) == []:
            raise PolicyError(f"A statement's {element} is empty: name at least one.")
    return Statement(
        effect,
        _texts(given.get("Action", [])),
        _texts(given["NotAction"]) if "NotAction" in given else None,
        _texts(given.get("Resource", [])),
        _texts(given["NotResource"]) if "NotResource" in given else None,
        _principals(given["Principal"]) if "Principal" in given else None,
        _principals(given["NotPrincipal"]) if "NotPrincipal" in given else None,
        _conditions(given.get("Condition", {})),
        variables,
    )


def _principals(given: Any) -> dict[str, tuple[str, ...]]:
    if given == "*":
        return {"AWS": ("*",)}
    if not isinstance(given, dict):
        raise PolicyError(f'A principal is {json.dumps(given)}: it must be "*" or an object.')
    # {"*": "*"} is how some tools write all principals.
    if "*" in given:
        return {"AWS": ("*",)}
    if unknown := next((kind for kind in given if kind not in _PRINCIPAL_KINDS), None):
        raise PolicyError(f"Invalid principal in policy: {unknown} is none of {', '.join(_PRINCIPAL_KINDS)}.")
    return {kind: _texts(names) for kind, names in given.items()}


def _conditions(given: Any) -> tuple[Condition, ...]:
    if not isinstance(given, dict) or not all(isinstance(keys, dict) for keys in given.values()):
        raise PolicyError(f"A Condition is {json.dumps(given)}: it must give operators, then keys, then values.")
    try:
        return tuple(
            Condition.parse(name, key, _texts(values)) for name, keys in given.items() for key, values in keys.items()
        )
    except UnknownOperatorError as error:
        raise PolicyError(f"IAM has no condition operator {error}.") from error


def _texts(given: Any) -> tuple[str, ...]:
    """One or several texts, numbers or booleans, as texts."""
    values = _list(given)
    if not all(isinstance(value, str | bool | int | float) for value in values):
        raise PolicyError(f"{json.dumps(given)} is not a text or a list of texts.")
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]
