"""A transform job's log streams in /aws/sagemaker/TransformJobs.

`{job}/{instance}-{epoch}` holds what the container writes (in a pipeline `…/{container}` each), `…/data-log` what the
transform job itself says about data: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["TransformLog"]

GROUP = "/aws/sagemaker/TransformJobs"
_FLUSH_SECONDS = 1.0
_MOST_WAITING = 5_000


class TransformLog:
    """Collects lines and writes them every second: an access log must not slow requests down."""

    def __init__(self, stack: Account, job: str) -> None:
        self._stack = stack
        self._stream = f"{job}/i-{secrets.token_hex(9)[:17]}-{int(time.time())}"
        self._lock = threading.Lock()
        self._waiting: dict[str, list[str]] = {}
        self._count = 0
        self._last = time.monotonic()

    def container(self, line: str, name: str | None = None) -> None:
        """A line of a container's output; `name` where there are several."""
        self._add(f"{self._stream}/{name}" if name else self._stream, line)

    def data(self, line: str, source: str | None = None) -> None:
        """A line of the data log, about the object `source` (bucket/key) if it is about one."""
        now = self._stack.clock().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        about = f"{source}: " if source else ""
        self._add(f"{self._stream}/data-log", f"{now}:[sagemaker logs]: {about}{line}")

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            waiting, self._waiting, self._count = self._waiting, {}, 0
            self._last = time.monotonic()
        for stream, lines in waiting.items():
            self._stack.put_logs(GROUP, stream, lines)

    def _add(self, stream: str, line: str) -> None:
        with self._lock:
            self._waiting.setdefault(stream, []).append(line)
            self._count += 1
            due = self._count >= _MOST_WAITING or time.monotonic() - self._last >= _FLUSH_SECONDS
        if due:
            self.flush()
