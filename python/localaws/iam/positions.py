"""Where the statements of a policy document begin and end, as AWS's simulator counts lines and columns from one."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

__all__ = ["Position", "Span", "statement_spans"]

_SPACE = re.compile(r"\s*")
_DECODE = json.JSONDecoder().raw_decode


class Position(NamedTuple):
    """A line and a column."""

    line: int
    column: int


class Span(NamedTuple):
    """From what precedes a statement (a bracket or comma) to its closing brace."""

    start: Position
    end: Position


def statement_spans(text: str) -> list[Span]:
    """One span a statement of a document that is a policy, in order."""
    spans: list[Span] = []
    at = _after_space(text, 0) + 1
    while text[at - 1] != "}":
        name, at = _DECODE(text, _after_space(text, at))
        at = _after_space(text, _after_space(text, at) + 1)
        if name == "Statement":
            spans = _spans(text, at)  # of two elements of the same name the last one counts
        at = _after_space(text, _DECODE(text, at)[1]) + 1
    return spans


def _spans(text: str, at: int) -> list[Span]:
    if text[at] != "[":
        return [_span(text, at, _DECODE(text, at)[1])]
    spans = []
    while text[at] != "]" and text[_after_space(text, at + 1)] != "]":
        start = at + 1
        end = _DECODE(text, _after_space(text, start))[1]
        spans.append(_span(text, start, end))
        at = _after_space(text, end)
    return spans


def _span(text: str, start: int, end: int) -> Span:
    return Span(_position(text, start), _position(text, end))


def _position(text: str, index: int) -> Position:
    return Position(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # the pattern matches nothing, too
    return match.end()
