"""A job's log lines in CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import is_not_found
from mlops.aws.job_kinds import JobKind

__all__ = ["lines"]


def lines(cloudwatch: Any, kind: JobKind, name: str, seen: set[str]) -> Iterator[str]:
    """The job's log lines in the order of their time, those not in ``seen`` (event ids) only; adds them to it."""
    pages = cloudwatch.get_paginator("filter_log_events").paginate(
        logGroupName=kind.log_group, logStreamNamePrefix=f"{name}/"
    )
    try:
        for page in pages:
            for event in page["events"]:
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    yield event["message"]
    except ClientError as error:
        if not is_not_found(error):  # the group appears with its first line
            raise
