"""What the two monitoring tasks share: a schedule that is active, with a baseline to compare with."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, Evidence, Result
from mlops.validate.search import Listing, find

__all__ = ["scheduled"]


def scheduled(account: Account, kind: str, describe: str, remedy: str) -> Result:
    """Finds an active monitoring schedule of a kind whose job definition names an existing baseline.

    Args:
        account: where it is.
        kind: SageMaker's MonitoringType, e.g. ``DataQuality``.
        describe: the call that describes this kind's job definitions.
        remedy: the command that creates the schedule.
    """
    listing = Listing(
        f"{kind} monitoring schedule",
        "list_monitoring_schedules",
        "MonitoringScheduleSummaries",
        "MonitoringSchedule",
        done="Scheduled",
    )

    def examine(schedule: dict[str, Any]) -> Result:
        evidence = Evidence(listing.arn(schedule), schedule["MonitoringScheduleStatus"], schedule["LastModifiedTime"])
        definition = _definition(account, schedule, describe)
        foreign = account.ownership.check(listing.name(schedule), listing.arn(schedule), definition)
        fault = _fault(account, schedule, definition) or foreign
        if fault:
            raise CheckFailed(fault, remedy, evidence)
        return Result(True, "a schedule is active, with a baseline", (evidence,))

    return find(account, listing, examine, remedy, MonitoringTypeEquals=kind)


def _definition(account: Account, schedule: dict[str, Any], describe: str) -> dict[str, Any] | None:
    name = schedule.get("MonitoringJobDefinitionName")
    try:
        return account.ask("sagemaker", describe, JobDefinitionName=name) if name else None
    except ClientError:
        return None


def _fault(account: Account, schedule: dict[str, Any], definition: dict[str, Any] | None) -> str | None:
    if schedule["MonitoringScheduleStatus"] != "Scheduled":
        return f"the monitoring schedule is {schedule['MonitoringScheduleStatus']}, not Scheduled"
    name = schedule.get("MonitoringJobDefinitionName")
    if not name:
        return "the monitoring schedule has no job definition"
    if definition is None:
        return f"the schedule's job definition {name} does not exist"
    baselines = [value for key, value in definition.items() if key.endswith("BaselineConfig")]
    constraints = baselines[0].get("ConstraintsResource", {}).get("S3Uri") if baselines else None
    if constraints is None or account.stored(constraints) is None:
        return f"the job definition {name} has no baseline constraints in S3"
    return None
