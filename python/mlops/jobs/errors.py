"""The errors that the jobs raise for what the user can correct."""

from __future__ import annotations


class JobError(Exception):
    """A user's mistake in one line: what was found, where, the rule it breaks and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class DataError(JobError):
    """Several mistakes in the data, one line each in `problems`; the message is the first, with the others counted."""

    def __init__(self, problems: list[str]) -> None:
        more = f" ({len(problems) - 1} more: `mlops data check` lists all)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
        self.problems = [" ".join(problem.split()) for problem in problems]


def quoted(value: str, limit: int = 60) -> str:
    """`value` as it is shown in a message: in quotes, control characters escaped, cut after `limit` characters."""
    shown = value if len(value) <= limit else value[:limit] + "…"
    return repr(shown)


def listed(names: list[str] | tuple[str, ...], limit: int = 8) -> str:
    """Names as they are shown in a message: comma separated, the rest counted."""
    shown = ", ".join(quoted(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
