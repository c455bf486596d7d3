"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html"""

from __future__ import annotations

from collections.abc import Iterator

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import first

__all__ = ["MAPPING"]

_GROUP = Format.read("arn:${Partition}:scheduler:${Region}:${Account}:schedule-group/${GroupName}")
_SCHEDULE = Format.read("arn:${Partition}:scheduler:${Region}:${Account}:schedule/${GroupName}/${ScheduleName}")


def _delete_group(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """It deletes the group's schedules too."""
    values = {"GroupName": first(call.parameters, "Name")}
    yield "DeleteScheduleGroup", _GROUP.fill(account, values)
    yield "DeleteSchedule", _SCHEDULE.fill(account, values)


MAPPING = ServiceMapping(
    defaults={"GroupName": "default"},
    rules={"DeleteScheduleGroup": _delete_group},
    roles=("Target.RoleArn",),
    passed_to="scheduler.amazonaws.com",
    tagging="TagResource",
)
