"""Patterns that moto takes from requests as regular expressions, matched without backtracking.

Most of them are no regular expressions on AWS either: a prefix is a prefix, and a dot is a dot.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

from localaws.iam.patterns import glob_matches

__all__ = ["bound_matching"]

# Stand for the characters that are no wildcards (see `localaws.iam.patterns`).
_LITERAL = {"*": "\ue000", "?": "\ue001"}


def bound_matching(service: str) -> None:
    """Change what moto's modules of the service match with."""
    for change in _CHANGES.get(service, ()):
        change(importlib.import_module(f"moto.{service}.models"))


def event_matches(value: Any, pattern: str) -> bool:
    """EventBridge's `wildcard`: an asterisk is any text, a backslash makes it (or itself) literal."""
    return isinstance(value, str) and glob_matches(_plain(pattern, "*", "\\"), value)


def filter_matches(pattern: str, value: Any) -> bool:
    """A filter of EC2: asterisk and question mark are wildcards, unless there is a backslash before them."""
    return glob_matches(_plain(pattern, "*?", ""), str(value))


def _plain(pattern: str, wildcards: str, others: str) -> str:
    parts, position = [], 0
    while position < len(pattern):
        character = pattern[position]
        following = pattern[position + 1 : position + 2]
        if character == "\\" and following and following in wildcards + others:
            parts.append(_LITERAL.get(following, following))
            position += 2
            continue
        parts.append(character if character in wildcards else _LITERAL.get(character, character))
        position += 1
    return "".join(parts)


def _set(owner: Any, name: str, value: Any) -> None:
    if not hasattr(owner, name):
        raise AttributeError(f"moto's {owner.__name__} has no {name} any more")
    setattr(owner, name, value)


def _escape_prefix(backend: str, method: str) -> Callable[[Any], None]:
    """moto puts the first argument of the method into an expression as it is."""

    def change(module: Any) -> None:
        owner = getattr(module, backend)
        original = getattr(owner, method)

        def escaped(self: Any, prefix: str | None = None, *arguments: Any, **named: Any) -> Any:
            return original(self, re.escape(prefix) if prefix else prefix, *arguments, **named)

        _set(owner, method, escaped)

    return change


def _events(module: Any) -> None:
    _set(module.EventPattern, "_wildcard_match", staticmethod(event_matches))


def _ec2(module: Any) -> None:
    _set(importlib.import_module("moto.ec2.models.security_groups"), "aws_api_matches", filter_matches)


def _s3(module: Any) -> None:
    def matches(origin: str, allowed: list[str]) -> bool:
        return any(glob_matches(_plain(each, "*", ""), origin) for each in allowed)

    _set(importlib.import_module("moto.s3.responses"), "cors_matches_origin", matches)


def _ecr(module: Any) -> None:
    def matches(self: Any, pattern: str, name: str) -> bool:
        return pattern in name or glob_matches(f"{pattern}*", name)

    _set(module.ECRBackend, "_match_repository_filter", matches)


_CHANGES: dict[str, tuple[Callable[[Any], None], ...]] = {
    "ec2": (_ec2,),
    "ecr": (_ecr,),
    "events": (_events, _escape_prefix("EventsBackend", "list_rules")),
    "s3": (_s3,),
    "sqs": (_escape_prefix("SQSBackend", "list_queues"),),
}
