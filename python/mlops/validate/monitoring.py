"""What the two monitoring tasks share: a schedule that is on, with a baseline to compare with."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["scheduled"]


def scheduled(account: Account, kind: str, describe: str, remedy: str) -> Result:
    """Finds an active monitoring schedule of a kind whose job definition names an existing baseline.

    Args:
        kind: SageMaker's MonitoringType, e.g. ``DataQuality``.
        describe: the call that describes this kind's job definitions.
        remedy: the command that makes the schedule.
    """
    schedules = [
        schedule
        for schedule in account.every(
            "sagemaker",
            "list_monitoring_schedules",
            "MonitoringScheduleSummaries",
            NameContains=account.student_id,
            MonitoringTypeEquals=kind,
        )
        if account.is_hers(schedule["MonitoringScheduleName"], schedule["MonitoringScheduleArn"])
    ]
    if not schedules:
        raise Miss(f"no {kind} monitoring schedule has {account.student_id} in its name", remedy)
    faults = [_fault(account, schedule, describe) for schedule in schedules]
    if None not in faults:
        raise Miss(f"{faults[0]}", remedy, _evidence(schedules[0]))
    return Result(True, "a schedule is on, with a baseline", (_evidence(schedules[faults.index(None)]),))


def _fault(account: Account, schedule: dict[str, Any], describe: str) -> str | None:
    if schedule["MonitoringScheduleStatus"] != "Scheduled":
        return f"the monitoring schedule is {schedule['MonitoringScheduleStatus']}, not Scheduled"
    name = schedule.get("MonitoringJobDefinitionName")
    if not name:
        return "the monitoring schedule has no job definition"
    try:
        described = account.ask("sagemaker", describe, JobDefinitionName=name)
    except ClientError:
        return f"the schedule's job definition {name} does not exist"
    baselines = [value for key, value in described.items() if key.endswith("BaselineConfig")]
    constraints = baselines[0].get("ConstraintsResource", {}).get("S3Uri") if baselines else None
    if constraints is None or account.stored(constraints) is None:
        return f"the job definition {name} has no baseline constraints in S3"
    return None


def _evidence(schedule: dict[str, Any]) -> Evidence:
    return Evidence(
        schedule["MonitoringScheduleArn"], schedule["MonitoringScheduleStatus"], schedule["LastModifiedTime"]
    )
