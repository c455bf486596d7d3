"""Wildcards and variables of policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["Context", "arn_matches", "equals", "fill", "glob_matches", "matches"]

Context = Mapping[str, tuple[str, ...]]
"""What is known of a request: condition keys in lower case and their values (a key without values is not there)."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
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
    for found in _VARIABLE.finditer(text):
        value = _value(found[1], context)
        if value is None:
            return None
        parts += [text[end : found.start()], value]
        end = found.end()
    return "".join([*parts, text[end:]])


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


@lru_cache(maxsize=8192)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(_plain(part))
        for part in re.split(r"([*?])", re.sub(r"\*+", "*", pattern))
    )
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _plain(text: str) -> str:
    return "".join(_PLAIN.get(character, character) for character in text)


def glob_matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether `value` is what `pattern` (filled) stands for: `*` is any text, `?` any one character."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


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
