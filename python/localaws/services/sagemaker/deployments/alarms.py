"""The alarms that roll a deployment back, evaluated from the endpoint's own metrics.

moto stores alarms and never evaluates them, so this is CloudWatch's evaluation for alarms on the AWS/SageMaker
namespace; the state of any other alarm is taken as it is stored.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK
from localaws.services.sagemaker.inference.metrics import NAMESPACE

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint

__all__ = ["AlarmsUnreadable", "evaluate", "read", "tripped"]

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class AlarmsUnreadable(Exception):
    """The alarms' states cannot be had; the message says why."""


def read(client: Any, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The alarms by name, read with a CloudWatch client of the model's role; raises AlarmsUnreadable."""
    try:
        answer = client.describe_alarms(AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    except ClientError as error:
        raise AlarmsUnreadable(
            f"The alarms of AutoRollbackConfiguration cannot be read: {error.response['Error'].get('Message')}"
        ) from error
    found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
    return {alarm["AlarmName"]: alarm for alarm in found}


def tripped(endpoint: DeployedEndpoint, client: Any, names: Sequence[str]) -> set[str]:
    """Those of the alarms that are in state ALARM now; raises AlarmsUnreadable where one does not exist."""
    endpoint.metrics.publish()
    alarms = read(client, names)
    if gone := sorted(set(names) - set(alarms)):
        raise AlarmsUnreadable(f"The alarms of AutoRollbackConfiguration do not exist: {', '.join(gone)}.")
    for alarm in alarms.values():
        evaluate(endpoint, alarm)
    return {name for name, alarm in alarms.items() if alarm["StateValue"] == "ALARM"}


def evaluate(endpoint: DeployedEndpoint, alarm: dict[str, Any]) -> None:
    """Bring the state of an alarm on an endpoint's metrics up to date, in `alarm` and in CloudWatch.

    A state that somebody set by hand stays until the evaluation comes to another result than the time before.
    """
    if alarm.get("Namespace") != NAMESPACE or "MetricName" not in alarm or "Statistic" not in alarm:
        return
    state, reason = _state(endpoint.stack, alarm)
    name = alarm["AlarmName"]
    if endpoint.alarm_states.get(name, "INSUFFICIENT_DATA") == state:
        return
    endpoint.alarm_states[name] = state
    alarm["StateValue"] = state
    backend = _cloudwatch(endpoint.stack)
    with MOTO_LOCK:
        backend.set_alarm_state(name, reason, "{}", state)


def _state(stack: Account, alarm: dict[str, Any]) -> tuple[str, str]:
    values = _datapoints(stack, alarm)
    compare = _COMPARISONS[alarm["ComparisonOperator"]]
    threshold, periods = alarm["Threshold"], alarm["EvaluationPeriods"]
    needed = alarm.get("DatapointsToAlarm", periods)
    missing = alarm.get("TreatMissingData", "missing")
    breaching = sum(1 for value in values if value is not None and compare(value, threshold))
    absent = sum(1 for value in values if value is None)
    if missing == "breaching":
        breaching += absent
    known = [value for value in values if value is not None]
    if not known and missing == "missing":
        return "INSUFFICIENT_DATA", "Insufficient Data"
    if not known and missing == "ignore":
        return str(alarm["StateValue"]), "No datapoints"
    words = f"{breaching} of the last {periods} datapoints were {alarm['ComparisonOperator']} ({threshold})"
    return ("ALARM" if breaching >= needed else "OK"), f"Threshold Crossed: {words}"


def _datapoints(stack: Account, alarm: dict[str, Any]) -> list[float | None]:
    """The statistic of the last EvaluationPeriods periods, the running one included; None where nothing was sent."""
    period, count = int(alarm["Period"]), int(alarm["EvaluationPeriods"])
    backend = _cloudwatch(stack)
    now = datetime.now(UTC).timestamp()
    end = (math.floor(now / period) + 1) * period
    dimensions = {item["Name"]: item["Value"] for item in alarm.get("Dimensions", ())}
    begin = end - count * period
    with MOTO_LOCK:
        chosen = [
            (_seconds(datum.timestamp), datum)
            for datum in backend.metric_data
            if datum.namespace == NAMESPACE
            and datum.name == alarm["MetricName"]
            and {dimension.name: dimension.value for dimension in datum.dimensions} == dimensions
            and _seconds(datum.timestamp) >= begin
        ]
    values: list[float | None] = []
    for first in range(begin, end, period):
        inside = [datum for stamp, datum in chosen if first <= stamp < first + period]
        values.append(_statistic(alarm["Statistic"], inside) if inside else None)
    return values


def _seconds(moment: datetime) -> float:
    """Epoch seconds; moto's own times are UTC without saying so."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _statistic(name: str, data: Sequence[Any]) -> float:
    """A statistic over single values and statistic sets."""
    count = sum(getattr(datum, "sample_count", 1) for datum in data)
    total = sum(_of(datum, "sum") for datum in data)
    return {
        "SampleCount": float(count),
        "Sum": total,
        "Average": total / count,
        "Minimum": min(_of(datum, "min") for datum in data),
        "Maximum": max(_of(datum, "max") for datum in data),
    }[name]


def _of(datum: Any, statistic: str) -> float:
    return float(getattr(datum, statistic) if hasattr(datum, statistic) else datum.value)


def _cloudwatch(stack: Account) -> Any:
    return backends.cloudwatch(stack.account_id, stack.region)
