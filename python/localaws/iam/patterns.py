"""Wildcards and variables of policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Context", "arn_matches", "equals", "fill", "glob_matches", "matches", "variables_of"]

Context = Mapping[str, tuple[str, ...]]
"""What is known of a request: condition keys in lower case and their values (a key without values is not there)."""

_LITERAL = {"*": "*", "?": "?", "$": "$"}
# Stand for the characters that a variable's value brings along, which are no wildcards.
_ESCAPED = {"*": "\ue000", "?": "\ue001"}
_PLAIN = {escape: character for character, escape in _ESCAPED.items()}


def fill(text: str, context: Context) -> str | None:
    """`text` with its `${variables}` replaced; None where the request has no single value for one of them.

    `${aws:PrincipalTag/team, 'none'}` falls back on the default.  What a variable stands for has no wildcards: its
    asterisks and question marks are marked so that `matches` takes them as they are.
    """
    if "${" not in text:
        return text
    parts, end = [], 0
    # `find` and no expression: a text of many `${` and no `}` is read once.
    while (start := text.find("${", end)) >= 0 and (stop := text.find("}", start)) >= 0:
        value = _value(text[start + 2 : stop], context)
        if value is None:
            return None
        parts += [text[end:start], value]
        end = stop + 1
    return "".join([*parts, text[end:]])


def variables_of(text: str) -> list[str]:
    """The condition keys, in lower case, whose values `fill` puts into the text."""
    names = [part.partition("}")[0].partition(",")[0].strip() for part in text.split("${")[1:] if "}" in part]
    return [name.lower() for name in names if name not in _LITERAL]


def _value(variable: str, context: Context) -> str | None:
    name, comma, default = variable.partition(",")
    if name.strip() in _LITERAL:
        value = _LITERAL[name.strip()]
    else:
        values = context.get(name.strip().lower(), ())
        if len(values) == 1:
            value = values[0]
        elif comma and not values:
            value = default.strip().strip("'")
        else:
            return None
    return "".join(_ESCAPED.get(character, character) for character in value)


@dataclass(frozen=True)
class _Piece:
    """A text between two asterisks.  It has a fixed length, so that to find it needs no backtracking."""

    expression: re.Pattern[str]
    length: int

    @classmethod
    def read(cls, text: str) -> _Piece:
        parts = ("." if character == "?" else re.escape(_plain(character)) for character in text)
        return cls(re.compile("".join(parts), re.DOTALL), len(text))


@lru_cache(maxsize=8192)
def _pieces(pattern: str) -> tuple[_Piece, ...]:
    return tuple(map(_Piece.read, re.sub(r"\*+", "*", pattern).split("*")))


def _plain(text: str) -> str:
    return "".join(_PLAIN.get(character, character) for character in text)


def glob_matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether `value` is what `pattern` (filled) stands for: `*` is any text, `?` any one character.

    Takes time in proportion to the length of the value times the longest text between two asterisks: each of these
    texts is taken where it is found first, because an earlier end leaves more room for those that follow.
    """
    if ignore_case:
        pattern, value = pattern.lower(), value.lower()
    first, *others = _pieces(pattern)
    if not others:
        return first.expression.fullmatch(value) is not None
    *between, last = others
    tail = len(value) - last.length
    end = first.length if first.expression.match(value) else -1
    for piece in between:
        found = piece.expression.search(value, end, max(tail, 0)) if end >= 0 else None
        end = found.end() if found else -1
    return 0 <= end <= tail and last.expression.match(value, tail) is not None


def matches(pattern: str, value: str, context: Context | None) -> bool:
    """`glob_matches` after filling in the variables, where `context` is given."""
    filled = pattern if context is None else fill(pattern, context)
    return filled is not None and glob_matches(filled, value)


def equals(text: str, value: str) -> bool:
    """Whether the filled `text` is `value`, with nothing in it a wildcard."""
    return _plain(text) == value


def arn_matches(pattern: str, value: str) -> bool:
    """ArnLike: each of an ARN's six parts is compared on its own, so that a `*` does not reach into the next."""
    wanted, given = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(given) == 6 and all(map(glob_matches, wanted, given))
