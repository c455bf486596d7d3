"""One request of InvokeEndpointAsync."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["AsyncRequest"]


@dataclass(frozen=True)
class AsyncRequest:
    """One request in the queue; `body` is the input itself, where it did not come through S3."""

    input_location: str
    body: bytes
    content_type: str
    accept: str
    custom_attributes: str | None
    inference_id: str
    output_location: str
    failure_location: str | None
    ttl_seconds: int
    timeout_seconds: int
    received: datetime
    queued_at: float = field(default_factory=time.monotonic)
