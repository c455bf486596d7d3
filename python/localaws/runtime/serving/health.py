"""The health of a container in service: one that fails its pings is started again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal, Protocol

__all__ = ["Ping", "Pinged", "keep_healthy"]

# AWS pings a container for as long as it is in service, and replaces an instance that goes on failing. It documents
# neither how often nor how many failures it takes: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
EVERY_SECONDS = 5.0
MOST_FAILURES = 3

Ping = Literal["healthy", "unhealthy", "late"]


class Pinged(Protocol):
    """A container, as its health is looked at."""

    def pinged(self) -> Ping:
        """One ping; "late" where no answer came in time."""

    @property
    def starts(self) -> int:
        """How often its process was started."""

    @property
    def busy(self) -> bool:
        """Whether it works on a request."""


def keep_healthy(
    container: Pinged, stopping: threading.Event, startup_seconds: float, restart: Callable[[str], None]
) -> None:
    """Ping until `stopping`; call `restart` (with the reason) after so many failures in a row.

    A server that takes one request at a time is late while it has one: that counts only when it has none. One that was
    started again has `startup_seconds` to answer first.
    """
    starts, began, up, failures = container.starts, time.monotonic(), True, 0
    while not stopping.wait(EVERY_SECONDS):
        if container.starts != starts:
            starts, began, up, failures = container.starts, time.monotonic(), False, 0
        found = container.pinged()
        if found == "healthy":
            up, failures = True, 0
        elif (up or time.monotonic() - began > startup_seconds) and not (found == "late" and container.busy):
            failures += 1
        if failures >= MOST_FAILURES:
            restart(f"GET /ping gave no 200 for {failures} times in a row")
            up, failures, began = False, 0, time.monotonic()
