"""The connections of the server: bounded in number, and none is kept for a request that does not come."""

from __future__ import annotations

import errno
import logging
import resource
import time
from typing import Any

from waitress.server import TcpWSGIServer
from waitress.utilities import Error

__all__ = ["CLEANUP_SECONDS", "BoundedServer", "connection_limit"]

_logger = logging.getLogger(__name__)
# A request whose next byte does not come within this time is refused, as S3 does with its RequestTimeout.
_STALLED_SECONDS = 20.0
# The whole of a request's headers comes within this time.
_HEADER_SECONDS = 30.0
_PAUSE_SECONDS = 1.0
CLEANUP_SECONDS = 5
"""How often the server looks for such requests."""
_WANTED_DESCRIPTORS = 16_384
# What jobs, models and temporary files need beside the connections.
_RESERVED_DESCRIPTORS = 512


def connection_limit() -> int:
    """How many connections the process can hold, after raising its limit of file descriptors as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _WANTED_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(64, most - _RESERVED_DESCRIPTORS)


class _RequestTimeout(Error):  # type: ignore[misc]
    code = 408
    reason = "Request Timeout"


class BoundedServer(TcpWSGIServer):  # type: ignore[misc]
    """Refuses requests that do not come to their end, and closes idle connections when there are too many."""

    _paused_until = 0.0

    def readable(self) -> bool:
        """Whether a connection may be accepted; waitress asks before each round of its loop."""
        if len(self._map) >= self.adj.connection_limit:
            self._close_idle()
        return bool(super().readable()) and time.monotonic() >= self._paused_until

    def accept(self) -> Any:
        """The next connection; without a free file descriptor no other one is tried for a moment."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                _logger.warning("cannot accept a connection: %s; idle ones are closed", error.strerror)
                self._paused_until = time.monotonic() + _PAUSE_SECONDS
                self._close_idle()
            raise

    def handle_error(self) -> None:
        """A connection that cannot be served is lost; the server goes on."""
        _logger.exception("a connection was lost")

    def maintenance(self, now: float) -> None:
        """Refuse requests that do not go on, and close connections that were idle for very long."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            with channel.requests_lock:
                if not channel.requests and _is_stalled(channel, now):
                    self._refuse(channel)

    def _refuse(self, channel: Any) -> None:
        request, channel.request = channel.request, None
        if request is None:
            channel.will_close = True
            return
        request.error = _RequestTimeout(
            f"The rest of the request did not come: the stack waits {_HEADER_SECONDS:.0f} s for the headers and "
            f"{_STALLED_SECONDS:.0f} s for the next byte. Send it again."
        )
        channel.requests.append(request)
        self.add_task(channel)

    def _close_idle(self) -> None:
        """Close a tenth of the connections: those without a request that were used the longest time ago."""
        idle = [channel for channel in self.active_channels.values() if not channel.requests and not channel.will_close]
        idle.sort(key=lambda channel: channel.last_activity)
        for channel in idle[: self.adj.connection_limit // 10]:
            channel.will_close = True


def _is_stalled(channel: Any, now: float) -> bool:
    if channel.will_close or channel.close_when_flushed or channel.total_outbufs_len:
        return False
    if channel.request is None:
        # A connection that has brought a request before may wait for its next one.
        return not channel.served and now - channel.creation_time > _STALLED_SECONDS
    late = not channel.request.headers_finished and now - channel.request.began > _HEADER_SECONDS
    return bool(late or now - channel.last_activity > _STALLED_SECONDS)
