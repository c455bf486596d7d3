"""An endpoint that its schedule deleted, known by the schedule, its configuration, and the requests it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.activity import answered
from mlops.validate.lifetime import ScheduledEnd, scheduled_ends
from mlops.validate.results import NotOwnedError
from mlops.validate.serving import models_of

__all__ = ["EndedEndpoint", "find"]

_RETRIES = timedelta(hours=1)  # a schedule's call can come later than its time
_MAX_PREFIX = 42  # of an endpoint's name, in the names of configurations that deployments create


@dataclass(frozen=True)
class EndedEndpoint:
    """An endpoint that is gone; ``answered`` says how it is known to have answered, ``fault`` why it does not count."""

    name: str
    schedule_arn: str
    time: datetime
    config_arn: str
    models: list[dict[str, Any]]
    answered: str
    fault: str | None = None


def find(account: Account, suits: Callable[[list[dict[str, Any]]], bool]) -> EndedEndpoint | None:
    """The student's endpoint that existed, answered, and was deleted by its schedule.

    A schedule alone shows nothing: anyone can create one. It counts with an endpoint configuration of the student's
    for that endpoint, and with requests that were answered after both were created and before the end.

    Args:
        account: where it was.
        suits: whether models are those of the endpoint that is looked for.

    Returns:
        The endpoint, or one that does not count, with its fault; ``None`` where no schedule deleted any.
    """
    now = datetime.now(UTC)
    rejected: EndedEndpoint | None = None
    ends = [end for end in scheduled_ends(account, "deleteEndpoint", "EndpointName") if end.time <= now]
    for end in sorted(ends, key=lambda each: each.time, reverse=True):
        if _exists(account, end.name) or account.ownership.is_named_for_another(end.name):
            continue
        for config in _configs(account, end.name):
            found = _examined(account, end, config, suits)
            if found is not None and found.fault is None:
                return found
            rejected = rejected or found
    return rejected


def _examined(
    account: Account, end: ScheduledEnd, config: dict[str, Any], suits: Callable[[list[dict[str, Any]]], bool]
) -> EndedEndpoint | None:
    name, arn = config["EndpointConfigName"], config["EndpointConfigArn"]
    try:
        models = models_of(account, config)
        foreign = account.ownership.check(name, arn, config, models)
    except (ClientError, NotOwnedError):
        return None
    if not suits(models):
        return None
    if foreign:
        return EndedEndpoint(end.name, end.schedule_arn, end.time, arn, models, "", foreign)
    start = max(config["CreationTime"], end.created)
    count = answered(account, end.name, config, start, end.time + _RETRIES)
    fault = None if count > 0 else f"{end.name} is gone, as its schedule says, and nothing shows that it ever answered"
    return EndedEndpoint(
        end.name, end.schedule_arn, end.time, arn, models, f"CloudWatch has {count:.0f} answered Invocations", fault
    )


def _configs(account: Account, endpoint: str) -> Iterator[dict[str, Any]]:
    """The configurations that are named for an endpoint, newest first: its name, or its name and a suffix."""
    prefix = endpoint[:_MAX_PREFIX]
    listed = account.every(
        "sagemaker",
        "list_endpoint_configs",
        "EndpointConfigs",
        NameContains=prefix,
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    for summary in listed:
        name = summary["EndpointConfigName"]
        if name != endpoint and not name.startswith(f"{prefix}-"):
            continue
        try:
            yield account.ask("sagemaker", "describe_endpoint_config", EndpointConfigName=name)
        except ClientError:  # deleted since it was listed
            continue


def _exists(account: Account, endpoint: str) -> bool:
    try:
        account.ask("sagemaker", "describe_endpoint", EndpointName=endpoint)
    except ClientError:
        return False
    return True
