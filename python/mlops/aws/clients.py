"""Sessions and clients: one place for region, retries and time-outs."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config

from mlops.aws.foreign_answers import refuse_foreign_answers

__all__ = ["client", "session"]

# A class of a hundred students shares one account's API limits: retry longer than botocore's default of four.
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=5, read_timeout=60)


def session(region: str | None = None) -> boto3.Session:
    """A session for the account that the environment points at.

    Args:
        region: overrides AWS_REGION (which boto3 itself does not read), AWS_DEFAULT_REGION and the profile's region.
    """
    made = boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None)
    made.events.register("before-parse", refuse_foreign_answers)
    return made


def client(service: str, region: str | None = None) -> Any:
    """A low-level client of one service; botocore shapes its methods at run time."""
    return session(region).client(service, config=_CONFIG)  # type: ignore[call-overload]
