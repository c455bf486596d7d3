"""The one error that the jobs raise for something that the user can mend."""

from __future__ import annotations


class JobError(Exception):
    """A user's mistake in one line: what was found, where, the rule it breaks and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def quoted(value: str, limit: int = 60) -> str:
    """`value` as it is shown in a message: in quotes, control characters escaped, cut after `limit` characters."""
    shown = value if len(value) <= limit else value[:limit] + "…"
    return repr(shown)


def listed(names: list[str] | tuple[str, ...], limit: int = 8) -> str:
    """Names as they are shown in a message: comma separated, the rest counted."""
    shown = ", ".join(quoted(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
