"""Which of the present schedules have become due since the last look."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from localaws.services.schedules.expressions import Expression, InvalidExpression, parse

__all__ = ["Due", "DueTimes", "Rule"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """What decides when a schedule is due: a schedule in which any of it changes begins anew.

    `created` is in epoch seconds; `start` (aware, UTC) is the earliest moment, None for at once.
    """

    arn: str
    created: float
    expression: str
    timezone: str = "UTC"
    start: datetime | None = None


@dataclass(frozen=True)
class Due:
    """A moment at which a schedule was to be called; `last` where no other follows."""

    rule: Rule
    moment: datetime
    last: bool


@dataclass
class _Entry:
    expression: Expression | None
    due: datetime | None


class DueTimes:
    """Remembers when each schedule is due next."""

    def __init__(self) -> None:
        self._entries: dict[Rule, _Entry] = {}

    def look(self, rules: Iterable[Rule], now: datetime) -> Iterator[Due]:
        """The schedules among `rules` that are due at `now`, each once: missed moments do not come in a burst.

        Rules that are left out are forgotten.
        """
        known, self._entries = self._entries, {}
        for rule in rules:
            entry = self._entries[rule] = known.get(rule) or _begin(rule, now)
            if entry.expression is None or entry.due is None or entry.due > now:
                continue
            due, entry.due = entry.due, _after(entry.expression, entry.due, now)
            yield Due(rule, due, entry.due is None)


def _begin(rule: Rule, now: datetime) -> _Entry:
    try:
        expression = parse(rule.expression, rule.timezone)
    except InvalidExpression as error:
        _logger.warning("schedule %s is never due: %s", rule.arn, error)
        return _Entry(None, None)
    begins = now if rule.start is None else max(now, rule.start)
    return _Entry(expression, expression.first(begins))


def _after(expression: Expression, due: datetime, now: datetime) -> datetime | None:
    """The next moment that lies ahead."""
    following = expression.following(due)
    while following is not None and following <= now:
        following = expression.following(following)
    return following
