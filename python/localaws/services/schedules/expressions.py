"""When a schedule is due: at(), rate() and cron() expressions.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localaws.services.schedules.cron import CronDays, InvalidField, numbers

__all__ = ["Expression", "InvalidExpression", "parse"]

_YEARS = 12  # how far a cron expression is looked ahead: a 29th of February on a given weekday can be that far off
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


class InvalidExpression(ValueError):
    """The expression cannot be read; the message names it."""


class Expression(Protocol):
    """Moments at which a schedule is due."""

    def first(self, begins: datetime) -> datetime | None:
        """The first moment for a schedule that begins at `begins` (aware, UTC), or None where there is none."""

    def following(self, moment: datetime) -> datetime | None:
        """The next moment after one at which the schedule was due."""


def parse(text: str, timezone: str) -> Expression:
    """Read an expression.

    Args:
        timezone: of at() and cron(), e.g. ``Europe/Berlin``.

    Raises:
        InvalidExpression: for an expression or a time zone that Scheduler does not have.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidExpression(f"{timezone} is no time zone") from error
    if rate := _RATE.fullmatch(text):
        if int(rate[1]) < 1:
            raise InvalidExpression(f"{text} is not a rate of 1 or more")
        return _Rate(timedelta(**{f"{rate[2]}s": int(rate[1])}))
    if text.startswith("at(") and text.endswith(")"):
        try:
            return _At(datetime.strptime(text[3:-1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone).astimezone(UTC))
        except ValueError as error:
            raise InvalidExpression(f"{text} is not at(yyyy-mm-ddThh:mm:ss)") from error
    if text.startswith("cron(") and text.endswith(")"):
        return _cron(text, zone)
    raise InvalidExpression(f"{text} is none of at(), rate() and cron()")


@dataclass(frozen=True)
class _At:
    moment: datetime

    def first(self, begins: datetime) -> datetime | None:
        # Precision is a minute; what lies further back never comes.
        return self.moment if self.moment > begins - timedelta(minutes=1) else None

    def following(self, moment: datetime) -> None:
        return None


@dataclass(frozen=True)
class _Rate:
    step: timedelta

    def first(self, begins: datetime) -> datetime:
        return begins  # a rate begins at once

    def following(self, moment: datetime) -> datetime:
        return moment + self.step


@dataclass(frozen=True)
class _Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: CronDays
    zone: ZoneInfo

    def first(self, begins: datetime) -> datetime | None:
        return self.following(begins - timedelta(microseconds=1))

    def following(self, moment: datetime) -> datetime | None:
        return next((each for each in self._from(moment.astimezone(self.zone).date()) if each > moment), None)

    def _from(self, start: date) -> Iterator[datetime]:
        for offset in range(_YEARS * 366):
            day = start + timedelta(days=offset)
            if not self.days.contain(day):
                continue
            for hour in self.hours:
                for minute in self.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                    found = local.astimezone(UTC)
                    # A time that the clocks skip in spring does not come; one that they repeat comes once.
                    if found.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                        yield found


def _cron(text: str, zone: ZoneInfo) -> _Cron:
    fields = text[5:-1].split()
    if len(fields) != 6:
        raise InvalidExpression(f"{text} has {len(fields)} fields, not the 6 of minutes hours day month weekday year")
    minutes, hours, day, month, weekday, year = fields
    try:
        return _Cron(
            tuple(sorted(numbers(minutes, 0, 59))),
            tuple(sorted(numbers(hours, 0, 23))),
            CronDays.read(day, month, weekday, year),
            zone,
        )
    except InvalidField as error:
        raise InvalidExpression(f"{text}: {error}") from error
