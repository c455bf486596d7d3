"""When schedules are due, by AWS's own examples and by the rules of its page on schedule types."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from localaws.services.schedules.expressions import InvalidExpression, parse

# A Monday.
NOW = datetime(2026, 11, 23, 21, 30, 15, tzinfo=UTC)


def moments(expression: str, timezone: str = "UTC", count: int = 3, begins: datetime = NOW) -> list[str]:
    """The first moments, in UTC."""
    rule = parse(expression, timezone)
    found, moment = list[str](), rule.first(begins)
    while moment is not None and len(found) < count:
        found.append(f"{moment:%Y-%m-%dT%H:%M:%S}")
        moment = rule.following(moment)
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", ["2026-11-23T21:30:15", "2026-11-23T21:31:15", "2026-11-23T21:32:15"]),
        ("rate(5 hours)", ["2026-11-23T21:30:15", "2026-11-24T02:30:15", "2026-11-24T07:30:15"]),
        ("rate(2 days)", ["2026-11-23T21:30:15", "2026-11-25T21:30:15", "2026-11-27T21:30:15"]),
        ("at(2026-11-24T06:00:00)", ["2026-11-24T06:00:00"]),
        ("at(2026-11-23T21:30:00)", ["2026-11-23T21:30:00"]),  # in this minute
        ("at(2026-11-23T21:00:00)", []),
        ("cron(0 10 * * ? *)", ["2026-11-24T10:00:00", "2026-11-25T10:00:00", "2026-11-26T10:00:00"]),
        ("cron(15 12 * * ? *)", ["2026-11-24T12:15:00", "2026-11-25T12:15:00", "2026-11-26T12:15:00"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-24T18:00:00", "2026-11-25T18:00:00", "2026-11-26T18:00:00"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01T08:00:00", "2027-01-01T08:00:00", "2027-02-01T08:00:00"]),
        ("cron(0/15 * * * ? *)", ["2026-11-23T21:45:00", "2026-11-23T22:00:00", "2026-11-23T22:15:00"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-24T08:00:00", "2026-11-24T08:05:00", "2026-11-24T08:10:00"]),
        ("cron(15 10 ? * 6L 2027-2028)", ["2027-01-29T10:15:00", "2027-02-26T10:15:00", "2027-03-26T10:15:00"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-12-07T09:00:00", "2027-01-04T09:00:00", "2027-02-01T09:00:00"]),
        ("cron(0 0 L * ? *)", ["2026-11-30T00:00:00", "2026-12-31T00:00:00", "2027-01-31T00:00:00"]),
        ("cron(0 0 15W * ? *)", ["2026-12-15T00:00:00", "2027-01-15T00:00:00", "2027-02-15T00:00:00"]),
        ("cron(0 0 1W 5,8 ? *)", ["2027-05-03T00:00:00", "2027-08-02T00:00:00", "2028-05-01T00:00:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29T00:00:00", "2032-02-29T00:00:00", "2036-02-29T00:00:00"]),
        ("cron(0 12 ? JAN SAT-MON *)", ["2027-01-02T12:00:00", "2027-01-03T12:00:00", "2027-01-04T12:00:00"]),
        ("cron(0 12 ? * L *)", ["2026-11-28T12:00:00", "2026-12-05T12:00:00", "2026-12-12T12:00:00"]),
        ("cron(0 12 * * ? 2026)", ["2026-11-24T12:00:00", "2026-11-25T12:00:00", "2026-11-26T12:00:00"]),
        ("cron(0 12 * * ? 2020)", []),
    ],
)
def test_moments(expression: str, expected: list[str]) -> None:
    assert moments(expression) == expected


def test_a_moment_that_is_now_counts() -> None:
    assert moments("cron(30 21 * * ? *)", begins=NOW.replace(second=0), count=1) == ["2026-11-23T21:30:00"]


def test_time_zones_and_their_clock_changes() -> None:
    assert moments("at(2026-11-24T06:00:00)", "Europe/Berlin") == ["2026-11-24T05:00:00"]
    assert moments("cron(0 6 * * ? *)", "Europe/Berlin", 1) == ["2026-11-24T05:00:00"]
    # 2:30 does not come on 28 March 2027 in Berlin, and comes once on 31 October.
    spring = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert moments("cron(30 2 * * ? *)", "Europe/Berlin", 2, spring) == ["2027-03-29T00:30:00", "2027-03-30T00:30:00"]
    autumn = datetime(2027, 10, 30, 12, tzinfo=UTC)
    assert moments("cron(30 2 * * ? *)", "Europe/Berlin", 2, autumn) == ["2027-10-31T00:30:00", "2027-11-01T01:30:00"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("rate(0 days)", "not a rate of 1 or more"),
        ("rate(1 week)", "none of at"),
        ("at(tomorrow)", "is not at"),
        ("cron(0 10 * * *)", "has 5 fields"),
        ("cron(0 10 * * * *)", "one of day-of-month and day-of-week must be"),
        ("cron(0 10 ? * ? *)", "one of day-of-month and day-of-week must be"),
        ("cron(60 10 * * ? *)", "'60' is not of 0 to 59"),
        ("cron(0 10 * FOO ? *)", "'FOO' is not of 1 to 12"),
        ("cron(0/0 10 * * ? *)", "'0/0' is not of 0 to 59"),
        ("daily", "none of at"),
    ],
)
def test_what_cannot_be_read(expression: str, said: str) -> None:
    with pytest.raises(InvalidExpression, match=re.escape(said)):
        parse(expression, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_time_zones_that_there_are_not(zone: str) -> None:
    with pytest.raises(InvalidExpression, match="is no time zone"):
        parse("rate(1 day)", zone)
