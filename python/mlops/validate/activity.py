"""Whether an endpoint answered requests, from what outlives it: CloudWatch's metrics and captured data."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.operate.package import split_uri
from mlops.validate.account import Account
from mlops.validate.results import UnansweredError

__all__ = ["answered"]

_DAY_SECONDS = 86_400
_MAX_OBJECTS = 1000


def answered(account: Account, endpoint: str, config: dict[str, Any], start: datetime, end: datetime) -> str | None:
    """How it is known that an endpoint answered in a period, or ``None`` where nothing shows that.

    CloudWatch keeps ``Invocations`` for 15 months, and nobody but SageMaker can write it. Captured data counts where
    the metrics show nothing: objects that were written in the period, with an answer in them.

    Args:
        account: where it was.
        endpoint: its name.
        config: the DescribeEndpointConfig answer of its configuration.
        start: when the period begins, e.g. the configuration's creation.
        end: when it ends.
    """
    for variant in config["ProductionVariants"]:
        count = _answers(account, endpoint, variant["VariantName"], start, end)
        if count > 0:
            return f"CloudWatch has {count:.0f} answered Invocations"
    capture = config.get("DataCaptureConfig", {}).get("DestinationS3Uri")
    uri = _captured(account, f"{capture.rstrip('/')}/{endpoint}/", start, end) if capture else None
    return f"captured data is in {uri}" if uri else None


def _answers(account: Account, endpoint: str, variant: str, start: datetime, end: datetime) -> float:
    """Requests that were answered without an error."""
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    total = 0.0
    for metric, sign in (("Invocations", 1), ("Invocation4XXErrors", -1), ("Invocation5XXErrors", -1)):
        try:
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
        except UnansweredError:
            return 0.0
        total += sign * sum(point["Sum"] for point in found["Datapoints"])
    return total


def _captured(account: Account, prefix: str, start: datetime, end: datetime) -> str | None:
    """The first object under a capture prefix that was written in the period and holds an answer."""
    bucket, key = split_uri(prefix)
    try:
        listed = account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=key)
        for number, each in enumerate(listed):
            if number == _MAX_OBJECTS:
                break
            uri = f"s3://{bucket}/{each['Key']}"
            if each["Key"].endswith(".jsonl") and start <= each["LastModified"] <= end and _has_answer(account, uri):
                return uri
    except ClientError:
        return None
    return None


def _has_answer(account: Account, uri: str) -> bool:
    line = account.content(uri).partition(b"\n")[0]
    try:
        captured = json.loads(line)["captureData"]
        return bool(captured["endpointOutput"]["data"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
