"""The API model's patterns, which are Java's, as Python's: matched whole and in linear time."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache

__all__ = ["compile_pattern", "matches", "translate"]

# Java's dot stops at every line terminator, Python's only at \n.
_DOT = r"[^\n\r\x85\u2028\u2029]"
# These repeat a repetition of the same characters, on which `re` takes exponential time.  The first two (pipeline
# definitions and endpoint policies) accept every text without the three line terminators that neither `.` nor the
# explicit class matches; in the third one round of the group can take what many can; the fourth wants three characters.
_LINEAR = {
    r".*(?:[ \r\n\t].*)*": r"[^\x85\u2028\u2029]*",
    r".*(?:[ \r\n\t].*)*.*": r"[^\x85\u2028\u2029]*",
    r"[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?": r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?",
    r"https://([.\-_a-zA-Z0-9]+/?){3,1016}": r"https://(?=(?:/?[.\-_a-zA-Z0-9]){3})[.\-_a-zA-Z0-9]+(?:/[.\-_a-zA-Z0-9]+)*/?",
}


def matches(pattern: str, value: str) -> bool:
    """Whether the whole of `value` matches the API model's `pattern`."""
    return compile_pattern(pattern).fullmatch(value) is not None


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """`pattern` compiled for `fullmatch`; `\\w`, `\\d` and `\\s` are ASCII, as in Java."""
    return re.compile(translate(pattern), re.ASCII)


def translate(pattern: str) -> str:
    """The same language in Python's syntax.

    Handles `\\p{…}` (general categories and POSIX Alnum), `\\uXXXX` with surrogate pairs, a quantified `$`, the dot,
    and brackets inside a class.
    """
    if pattern in _LINEAR:
        return _LINEAR[pattern]
    # A quantified anchor is legal in Java and says no more than the anchor.
    pattern = re.sub(r"(?<!\\)\$\{\d+(?:,\d*)?\}", "$", pattern)
    out: list[str] = []
    in_class = False
    for token in _tokens(pattern):
        if token.startswith(r"\p{"):
            ranges = _category_ranges(token[3:-1])
            out.append(ranges if in_class else f"[{ranges}]")
        elif token.startswith(r"\u"):
            out.append(_escape(_code_point(token)))
        elif token == "[":
            out.append(r"\[" if in_class else "[")
            in_class = True
        elif token == "]":
            out.append("]")
            in_class = False
        elif token == ".":
            out.append("." if in_class else _DOT)
        else:
            out.append(token)
    return "".join(out)


def _tokens(pattern: str) -> Iterator[str]:
    surrogates = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    return (
        found.group()
        for found in re.finditer(rf"{surrogates}|\\u[0-9a-fA-F]{{4}}|\\p\{{\w+\}}|\\.|.", pattern, re.DOTALL)
    )


def _code_point(token: str) -> int:
    units = [int(unit, 16) for unit in token.split(r"\u")[1:]]
    if len(units) == 1:
        return units[0]
    return 0x10000 + ((units[0] - 0xD800) << 10) + (units[1] - 0xDC00)


def _escape(code_point: int) -> str:
    return f"\\U{code_point:08x}"


@cache
def _category_ranges(name: str) -> str:
    """The inside of a character class for a Java property."""
    if name == "Alnum":
        return "0-9A-Za-z"
    return "".join(
        _escape(first) if first == last else f"{_escape(first)}-{_escape(last)}"
        for first, last in _ranges_by_category()[name]
    )


@cache
def _ranges_by_category() -> dict[str, list[tuple[int, int]]]:
    """Runs of code points by the first letter of their general category (takes about 0.2 s, once)."""
    table: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category(chr(0))[0]
    for code_point in range(1, sys.maxunicode + 1):
        category = unicodedata.category(chr(code_point))[0]
        if category != current:
            table.setdefault(current, []).append((start, code_point - 1))
            start, current = code_point, category
    table.setdefault(current, []).append((start, sys.maxunicode))
    return table
