"""The loop that finds what is due, calls it, and tries again what failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from localaws.iam import ServicePrincipal
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK
from localaws.services.scheduler.attempt import Attempt
from localaws.services.schedules import DueTimes, Rule
from localaws.services.targets import TargetError, invoke

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Scheduler"]

_logger = logging.getLogger(__name__)
_EVERY_SECONDS = 0.5
_LONGEST_PAUSE = timedelta(minutes=1)
_NAMESPACE = "AWS/Scheduler"


@dataclass
class _Failed:
    """A call to be tried again at `again`, until `until` and for `left` more times."""

    schedule: Any
    attempt: Attempt
    again: datetime
    until: datetime
    left: int


class Scheduler:
    """Calls the targets of the stack's schedules when they are due; `run` is a background thread's function."""

    def __init__(self, stack: Account) -> None:
        self._stack = stack
        self._due_times = DueTimes()
        self._failed: list[_Failed] = []

    def run(self) -> None:
        """Look every half second, until the stack ends."""
        while not self._stack.shutdown.wait(_EVERY_SECONDS):
            self.tick()

    def tick(self) -> None:
        """Call what is due now."""
        now = self._stack.clock()
        schedules = self._schedules()
        by_rule = {_rule(schedule): schedule for schedule in schedules}
        for due in self._due_times.look(by_rule, now):
            schedule = by_rule[due.rule]
            # moto forgets the default in an update.
            if schedule.state != "DISABLED" and not (schedule.end_date and due.moment > _moment(schedule.end_date)):
                self._call(schedule, Attempt(schedule.arn, due.moment), now)
            if due.last and schedule.action_after_completion == "DELETE":
                self._delete(schedule)
        self._try_again(schedules, now)

    def _schedules(self) -> list[Any]:
        if not backends.is_loaded("scheduler"):
            return []
        with MOTO_LOCK:
            return [each for group in self._groups().values() for each in group.schedules.values()]

    def _groups(self) -> Mapping[str, Any]:
        groups: Mapping[str, Any] = backends.scheduler(self._stack.account_id, self._stack.region).schedule_groups
        return groups

    def _call(self, schedule: Any, attempt: Attempt, now: datetime) -> None:
        self._count(schedule, "InvocationAttemptCount")
        try:
            operation = invoke(self._stack, schedule.target, _principal(schedule), attempt.fill)
        except TargetError as error:
            self._count(schedule, "TargetErrorCount")
            _logger.warning("schedule %s, attempt %s: %s", schedule.name, attempt.number, error)
            policy = schedule.target.get("RetryPolicy", {})
            until = attempt.due + timedelta(seconds=policy.get("MaximumEventAgeInSeconds", 86_400))
            pause = min(_LONGEST_PAUSE, timedelta(seconds=2 ** min(attempt.number - 1, 10)))
            left = policy.get("MaximumRetryAttempts", 185) - (attempt.number - 1)
            self._failed.append(_Failed(schedule, attempt, now + pause, until, left))
        else:
            _logger.info("schedule %s called %s", schedule.name, operation)

    def _try_again(self, schedules: list[Any], now: datetime) -> None:
        waiting, self._failed = self._failed, []
        for failed in waiting:
            if failed.schedule not in schedules:
                continue
            if failed.left < 1 or failed.again > failed.until:
                self._count(failed.schedule, "InvocationDroppedCount")
                _logger.warning("schedule %s gives up after attempt %s", failed.schedule.name, failed.attempt.number)
            elif failed.again > now:
                self._failed.append(failed)
            else:
                attempt = Attempt(failed.attempt.schedule_arn, failed.attempt.due, failed.attempt.number + 1)
                self._call(failed.schedule, attempt, now)

    def _delete(self, schedule: Any) -> None:
        with MOTO_LOCK:
            self._groups()[schedule.group_name].schedules.pop(schedule.name, None)

    def _count(self, schedule: Any, metric: str) -> None:
        dimensions = [{"Name": "ScheduleGroup", "Value": schedule.group_name}]
        datum = {"MetricName": metric, "Dimensions": dimensions, "Value": 1, "Unit": "Count"}
        self._stack.put_metrics(_NAMESPACE, [{**datum, "Timestamp": self._stack.clock()}])


def _rule(schedule: Any) -> Rule:
    return Rule(
        schedule.arn,
        float(schedule.creation_date),
        schedule.schedule_expression,
        schedule.schedule_expression_timezone,
        None if schedule.start_date is None else _moment(schedule.start_date),
    )


def _moment(seconds: float | str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def _principal(schedule: Any) -> ServicePrincipal:
    """Scheduler acts for the schedule's group, whose ARN is `aws:SourceArn`.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    group = schedule.arn.rpartition("/")[0].replace(":schedule/", ":schedule-group/")
    return ServicePrincipal("scheduler.amazonaws.com", group)
