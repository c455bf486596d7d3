"""Whether an endpoint answered requests, from what outlives it: CloudWatch's metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mlops.validate.account import Account

__all__ = ["answered"]

_DAY_SECONDS = 86_400


def answered(account: Account, endpoint: str, config: dict[str, Any], start: datetime, end: datetime) -> float:
    """How many requests an endpoint answered in a period without an error.

    CloudWatch keeps ``Invocations`` for 15 months, and only SageMaker can write it. Captured data shows nothing:
    students can write objects to their buckets.

    Args:
        account: where it was.
        endpoint: its name.
        config: the DescribeEndpointConfig answer of its configuration.
        start: when the period begins, e.g. the configuration's creation.
        end: when it ends.
    """
    variants = [variant["VariantName"] for variant in config["ProductionVariants"]]
    return max(_answers(account, endpoint, variant, start, end) for variant in variants)


def _answers(account: Account, endpoint: str, variant: str, start: datetime, end: datetime) -> float:
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    total = 0.0
    for metric, sign in (("Invocations", 1), ("Invocation4XXErrors", -1), ("Invocation5XXErrors", -1)):
        found = account.ask(
            "cloudwatch",
            "get_metric_statistics",
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=start,
            EndTime=end,
            Period=_DAY_SECONDS,
            Statistics=["Sum"],
        )
        total += sign * sum(point["Sum"] for point in found["Datapoints"])
    return total
