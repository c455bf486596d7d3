"""The fields of a cron expression, with AWS's wildcards: , - * ? / L W #."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["CronDays", "InvalidField", "numbers"]

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_NO_NAMES: Mapping[str, int] = {}


class InvalidField(ValueError):
    """A field cannot be read; the message names it and its range."""


def numbers(field: str, low: int, high: int, names: Mapping[str, int] = _NO_NAMES) -> frozenset[int]:
    """The numbers that a field of lists, ranges and steps stands for."""
    found: set[int] = set()
    for part in field.split(","):
        body, _, step = part.partition("/")
        first, _, last = body.partition("-")
        try:
            start = low if body == "*" else _number(first, names)
            end = _number(last, names) if last else (high if body == "*" or step else start)
            every = int(step) if step else 1
        except ValueError as error:
            raise InvalidField(f"{part!r} is not of {low} to {high}") from error
        if not (low <= start <= high and low <= end <= high and every > 0):
            raise InvalidField(f"{part!r} is not of {low} to {high}")
        # FRI-MON goes over the end of the week.
        chosen = range(start, end + 1) if start <= end else [*range(start, high + 1), *range(low, end + 1)]
        found.update(list(chosen)[::every])
    return frozenset(found)


@dataclass(frozen=True)
class CronDays:
    """The days that the day, month, weekday and year fields choose together."""

    months: frozenset[int]
    years: frozenset[int]
    matches: Callable[[date], bool]

    @classmethod
    def read(cls, day: str, month: str, weekday: str, year: str) -> CronDays:
        """Read the four fields; one of day and weekday must be `?`."""
        if (day == "?") == (weekday == "?"):
            raise InvalidField("one of day-of-month and day-of-week must be ?, and the other not")
        matches = _day_of_month(day) if weekday == "?" else _day_of_week(weekday)
        return cls(numbers(month, 1, 12, _MONTHS), numbers(year, 1970, 2199), matches)

    def contain(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return day.month in self.months and day.year in self.years and self.matches(day)


def _day_of_month(field: str) -> Callable[[date], bool]:
    if field == "L":
        return lambda day: day.day == _days(day)
    if field.endswith("W"):
        (wanted,) = numbers(field[:-1], 1, 31)
        return lambda day: day.day == _nearest_weekday(day, wanted)
    chosen = numbers(field, 1, 31)
    return lambda day: day.day in chosen


def _day_of_week(field: str) -> Callable[[date], bool]:
    if "#" in field:
        name, _, which = field.partition("#")
        (wanted,), (count,) = numbers(name, 1, 7, _WEEKDAYS), numbers(which, 1, 5)
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 + 1 == count
    if field.endswith("L"):
        (last,) = numbers(field[:-1] or "SAT", 1, 7, _WEEKDAYS)
        of_month = field != "L"  # L alone is every Saturday
        return lambda day: _weekday(day) == last and (not of_month or day.day + 7 > _days(day))
    chosen = numbers(field, 1, 7, _WEEKDAYS)
    return lambda day: _weekday(day) in chosen


def _number(text: str, names: Mapping[str, int]) -> int:
    return names[text.upper()] if text.upper() in names else int(text)


def _weekday(day: date) -> int:
    """1 is Sunday."""
    return day.isoweekday() % 7 + 1


def _days(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int | None:
    """The day of `day`'s month that is the weekday nearest to its day `wanted`; None in a month without that day."""
    last = _days(day)
    if wanted > last:
        return None
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted
