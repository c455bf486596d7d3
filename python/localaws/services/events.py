"""Events of the services, as AWS puts them onto the account's default event bus."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from localaws.account import Account
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

__all__ = ["publish"]


def publish(stack: Account, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str]) -> None:
    """Put an event onto the default bus, whose rules and targets moto keeps.

    Args:
        source: e.g. ``aws.sagemaker``.
        detail: JSON values and aware datetimes, which become milliseconds since the epoch.
        resources: the ARNs that the event is about.
    """
    if not backends.is_loaded("events"):  # there is no rule
        return
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail, default=_milliseconds),
        "Resources": list(resources),
    }
    with MOTO_LOCK:
        backends.events(stack.account_id, stack.region).put_events([entry])


def _milliseconds(value: object) -> int:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    raise TypeError(f"{type(value).__name__} is no JSON value")
