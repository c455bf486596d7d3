"""An endpoint's log: /aws/sagemaker/Endpoints/{endpoint}, written in batches."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["EndpointLog", "log_group"]

_MOST_WAITING = 20_000


def log_group(endpoint: str) -> str:
    """The log group of an endpoint."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


class EndpointLog:
    """Collects lines and writes them when `flush` is called: an access log must not slow requests down."""

    def __init__(self, stack: Account, endpoint: str) -> None:
        self._stack, self._group = stack, log_group(endpoint)
        self._lock = threading.Lock()
        self._waiting: dict[str, list[str]] = {}
        self._count = 0

    def add(self, stream: str, line: str) -> None:
        """Append a line to `stream` ({variant}/{instance}); writes at once when very many wait."""
        with self._lock:
            self._waiting.setdefault(stream, []).append(line)
            self._count += 1
            full = self._count >= _MOST_WAITING
        if full:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            waiting, self._waiting, self._count = self._waiting, {}, 0
        for stream, lines in waiting.items():
            self._stack.put_logs(self._group, stream, lines)
