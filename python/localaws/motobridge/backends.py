"""moto's stores of the services whose state the stack reads and writes; hold `MOTO_LOCK` around every use."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["autoscaling", "cloudwatch", "events", "existing", "iam", "is_loaded", "logs", "s3", "scheduler"]

# Services whose name in ARNs is not moto's.
_MODULES = {"lambda": "awslambda"}


def is_loaded(service: str) -> bool:
    """Whether a client has called the service: before that it has no state, and its modules take time to load."""
    return f"moto.{service}.models" in sys.modules


def autoscaling(account_id: str, region: str) -> Any:
    """Application Auto Scaling: scalable targets and policies."""
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    return applicationautoscaling_backends[account_id][region]


def cloudwatch(account_id: str, region: str) -> Any:
    """CloudWatch: metrics and alarms."""
    from moto.cloudwatch.models import cloudwatch_backends

    return cloudwatch_backends[account_id][region]


def events(account_id: str, region: str) -> Any:
    """EventBridge: buses, rules and targets."""
    from moto.events.models import events_backends

    return events_backends[account_id][region]


def existing(service: str, account_id: str, region: str) -> Any:
    """The service's store of the region; None where no client has called the service, or there is no such region.

    `service` is the name in ARNs.
    """
    name = _MODULES.get(service, service)
    models = sys.modules.get(f"moto.{name}.models")
    if models is None:
        return None
    regions = getattr(models, f"{name}_backends".replace("awslambda", "lambda"))[account_id]
    if region not in regions:
        return None
    return regions[region]  # moto makes the store of a region when it is first asked for


def iam(account_id: str, partition: str) -> Any:
    """IAM: users, roles and policies."""
    from moto.iam.models import iam_backends

    return iam_backends[account_id][partition]


def logs(account_id: str, region: str) -> Any:
    """CloudWatch Logs: groups, streams and events."""
    from moto.logs.models import logs_backends

    return logs_backends[account_id][region]


def s3(account_id: str, partition: str) -> Any:
    """S3: buckets and objects."""
    from moto.s3.models import s3_backends

    return s3_backends[account_id][partition]


def scheduler(account_id: str, region: str) -> Any:
    """EventBridge Scheduler: schedule groups and schedules."""
    from moto.scheduler.models import scheduler_backends

    return scheduler_backends[account_id][region]
