"""Resources that a one-time schedule deleted: what was to be deleted, and when."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.naming import contains

__all__ = ["ScheduledEnd", "scheduled_ends"]

_AT = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)")


@dataclass(frozen=True)
class ScheduledEnd:
    """A resource by its name, and the one-time schedule of EventBridge Scheduler that deletes it at a time."""

    name: str
    schedule_arn: str
    created: datetime
    time: datetime


def scheduled_ends(account: Account, operation: str, member: str) -> list[ScheduledEnd]:
    """The schedules that call a SageMaker operation once, with the student's id in their names.

    A schedule stays after it has made its call, unless it was created to delete itself.

    Args:
        account: where they are.
        operation: what they call, e.g. ``deleteEndpoint`` or ``deleteMonitoringSchedule``.
        member: the member of the call's input that names the resource, e.g. ``EndpointName``.
    """
    found = []
    for summary in account.every("scheduler", "list_schedules", "Schedules"):
        calls = summary.get("Target", {}).get("Arn", "").endswith(f":aws-sdk:sagemaker:{operation}")
        if not calls or not contains(account.student_id, summary["Name"]):
            continue
        try:
            schedule = account.ask(
                "scheduler", "get_schedule", Name=summary["Name"], GroupName=summary.get("GroupName", "default")
            )
        except ClientError:  # deleted since it was listed
            continue
        time, name = _time(schedule), _input(schedule).get(member)
        if time is not None and isinstance(name, str) and schedule.get("State") != "DISABLED":
            found.append(ScheduledEnd(name, schedule["Arn"], schedule["CreationDate"], time))
    return found


def _time(schedule: dict[str, Any]) -> datetime | None:
    at = _AT.fullmatch(schedule["ScheduleExpression"])
    try:
        zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
        return datetime.fromisoformat(at[1]).replace(tzinfo=zone) if at else None
    except (ValueError, ZoneInfoNotFoundError):
        return None


def _input(schedule: dict[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(schedule.get("Target", {}).get("Input") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
