"""Reads members of a request by their path; lists on the way are read through, what has another type is left out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

__all__ = ["first", "items", "texts"]

_MAPS = (dict, Mapping)  # a dictionary is recognised faster as such


def items(value: Any, path: str) -> list[Any]:
    """Every value at `path` (`Targets.RoleArn`), of all elements of lists, in order."""
    names = _names(path)
    if isinstance(value, _MAPS) and names[0] not in value:
        return []  # most paths are of other operations
    found = [value]
    for name in names:
        found = [each[name] for one in found for each in _each(one) if isinstance(each, _MAPS) and name in each]
    return [each for one in found for each in _each(one)]


def texts(value: Any, *paths: str) -> tuple[str, ...]:
    """Every text at the paths; numbers and booleans as a policy writes them."""
    return tuple(_text(each) for path in paths for each in items(value, path) if isinstance(each, str | bool | int))


def first(value: Any, *paths: str, default: str = "*") -> str:
    """The first text that is not empty at the paths, in their order."""
    return next((text for text in texts(value, *paths) if text), default)


@cache
def _names(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: str | bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
