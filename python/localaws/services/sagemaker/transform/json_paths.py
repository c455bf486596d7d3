"""The JSONPath of batch transform's filters.

Operators: `$`, `.name`, `*`, `['name', …]`, `[number, …]`, `[start:end]`.
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html#data-processing-operators
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

__all__ = ["Filter", "FilterError", "parse"]

Filter = Callable[[Any], Any]

_NAME = re.compile(r"\.([A-Za-z_][\w-]*)")
_NAMES = re.compile(r"""\[\s*((?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*)\s*\]""")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_NUMBERS = re.compile(r"\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]")
_SLICE = re.compile(r"\[\s*(-?\d+)?\s*:\s*(-?\d+)?\s*\]")
_ALL = re.compile(r"\.\*|\[\s*\*\s*\]")


class FilterError(Exception):
    """A path that cannot be read, or that leads nowhere in a record."""


def parse(path: str) -> Filter | None:
    """The function that takes from a JSON value what `path` names; None for `$`, which takes all.

    Several names give an object with these members, several numbers or a slice a list. Raises FilterError; so does the
    function, for a member or an element that a record lacks.
    """
    if not path.startswith("$"):
        raise FilterError(f"JSONPath {path!r} does not start with $.")
    steps: list[Filter] = []
    at = 1
    while at < len(path):
        for pattern, make in _STEPS:
            if match := pattern.match(path, at):
                steps.append(make(match, path))
                at = match.end()
                break
        else:
            raise FilterError(
                f"JSONPath {path!r} is not supported from {path[at:]!r} on: use $, .name, *, ['name', …], [number, …] "
                "and [start:end]."
            )
    if not steps:
        return None

    def take(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return take


def _name(match: re.Match[str], path: str) -> Filter:
    return _member(match[1], path)


def _names(match: re.Match[str], path: str) -> Filter:
    names = [single or double for single, double in _QUOTED.findall(match[1])]
    members = [_member(name, path) for name in names]
    if len(members) == 1:
        return members[0]
    return lambda value: {name: member(value) for name, member in zip(names, members, strict=True)}


def _member(name: str, path: str) -> Filter:
    def take(value: Any) -> Any:
        if not isinstance(value, dict) or name not in value:
            raise FilterError(f"JSONPath {path!r}: the record has no member {name!r}.")
        return value[name]

    return take


def _numbers(match: re.Match[str], path: str) -> Filter:
    numbers = [int(number) for number in match[1].split(",")]

    def take(value: Any) -> Any:
        if not isinstance(value, list):
            raise FilterError(f"JSONPath {path!r}: the record is no list.")
        try:
            found = [value[number] for number in numbers]
        except IndexError as error:
            raise FilterError(f"JSONPath {path!r}: the record has only {len(value)} columns.") from error
        return found if len(numbers) > 1 else found[0]

    return take


def _slice(match: re.Match[str], path: str) -> Filter:
    start, end = (None if part is None else int(part) for part in match.groups())

    def take(value: Any) -> Any:
        if not isinstance(value, list):
            raise FilterError(f"JSONPath {path!r}: the record is no list.")
        return value[start:end]

    return take


def _all(match: re.Match[str], path: str) -> Filter:
    def take(value: Any) -> Any:
        if isinstance(value, dict):
            return list(value.values())
        if isinstance(value, list):
            return list(value)
        raise FilterError(f"JSONPath {path!r}: the record is neither an object nor a list.")

    return take


_STEPS = ((_ALL, _all), (_NAME, _name), (_NAMES, _names), (_NUMBERS, _numbers), (_SLICE, _slice))
