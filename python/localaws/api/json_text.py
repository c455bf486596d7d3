"""JSON from outside."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["NestingError", "read_json"]

# Deeper than any document of AWS, and shallow enough for code that goes down a document level by level.
_DEEPEST = 100


class NestingError(ValueError):
    """The document is nested too deeply."""

    def __init__(self) -> None:
        super().__init__(f"it is nested more than {_DEEPEST} levels deep")


def read_json(text: str | bytes, **hooks: Any) -> Any:
    """The value of a JSON document; `hooks` are those of `json.loads`.

    Raises ValueError for what is not JSON or not UTF-8, and NestingError, which is one, for what is nested too deeply.
    """
    try:
        value = json.loads(text, **hooks)
    except RecursionError as error:
        raise NestingError from error
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [item for each in level if isinstance(each, dict | list) for item in _items(each)]
        if not level:
            return value
    raise NestingError


def _items(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value
