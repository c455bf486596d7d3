"""Makes the ARN of a resource from the format that AWS's reference gives and the members of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

__all__ = ["Account", "Format"]

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def _as_named(arn: str) -> str:
    return arn


@dataclass(frozen=True)
class Account:
    """Where a request is served.

    `resolve` gives the ARN under which a resource exists for one that a request names otherwise: the key of an alias,
    a role with its path, a stack with its ID.  It gives back what it does not know.
    """

    account_id: str
    region: str
    partition: str = "aws"
    resolve: Callable[[str], str] = _as_named


@dataclass(frozen=True)
class Format:
    """`placeholders` leaves out partition, region and account."""

    text: str
    placeholders: tuple[str, ...]
    pattern: re.Pattern[str]

    @staticmethod
    @cache
    def read(text: str) -> Format:
        """A format such as `arn:${Partition}:sns:${Region}:${Account}:${TopicName}`."""
        names = tuple(name for name in _PLACEHOLDER.findall(text) if name not in ("Partition", "Region", "Account"))
        pattern, end = "", 0
        for found in _PLACEHOLDER.finditer(text):
            # A value ends at the character that follows it: matching takes one step for each character.
            after = re.escape(text[found.end() : found.end() + 1])
            value = "[^:]*" if found[1] not in names else f"[^{after}]+" if after else ".+"
            pattern += re.escape(text[end : found.start()]) + value
            end = found.end()
        return Format(text, names, re.compile(pattern + re.escape(text[end:]), re.DOTALL))

    def matches(self, arn: str) -> bool:
        """Whether `arn` is one of this format."""
        return self.pattern.fullmatch(arn) is not None

    def fill(self, account: Account, values: Mapping[str, str]) -> str:
        """The ARN; a value that the request leaves out is `*`, which only a pattern for every name matches."""
        own = {"Partition": account.partition, "Region": account.region, "Account": account.account_id}
        return _PLACEHOLDER.sub(lambda found: own.get(found[1]) or values.get(found[1], "*"), self.text)
