"""Lists in the forms of AWS's query protocol: `Name.member.1`, `Name.member.2.Key`, …"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["is_number", "members", "structures"]


def members(form: Mapping[str, str], name: str) -> list[str]:
    """The texts of a list parameter, in order."""
    prefix = f"{name}.member."
    numbered = [
        (int(number), value)
        for key, value in form.items()
        if key.startswith(prefix) and is_number(number := key[len(prefix) :])
    ]
    return [value for _, value in sorted(numbered)]


def structures(form: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """The structures of a list parameter, in order, each with what its members' names are followed by."""
    prefix = f"{name}.member."
    found: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        number, dot, member = key[len(prefix) :].partition(".")
        if key.startswith(prefix) and dot and is_number(number):
            found.setdefault(int(number), {})[member] = value
    return [found[number] for number in sorted(found)]


def is_number(text: str) -> bool:
    """Whether the text is a number from 0 of at most nine digits."""
    return text.isascii() and text.isdigit() and len(text) < 10
