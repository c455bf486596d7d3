"""Requests to the model, repeated where that may help."""

from __future__ import annotations

import threading

from localaws.runtime.serving import Invocation, ModelServer, ServingError

__all__ = ["Refused", "Sender", "Unanswered"]

_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 2.0


class Refused(Exception):
    """The model answered with a status that is no 2xx."""

    def __init__(self, status: int, message: str, hostname: str) -> None:
        super().__init__(status, message, hostname)
        self.status, self.message, self.hostname = status, message, hostname


class Unanswered(Exception):
    """The model did not answer; the message says why."""


class Sender:
    """Sends mini-batches; may be used by several threads. `stop` ends the waiting between two tries."""

    def __init__(
        self,
        server: ModelServer,
        content_type: str,
        accept: str,
        timeout_seconds: float,
        retries: int,
        stop: threading.Event,
    ) -> None:
        self._server, self._content_type, self._accept = server, content_type, accept
        self._timeout, self._retries, self._stop = timeout_seconds, retries, stop

    def send(self, body: bytes) -> bytes:
        """The model's answer to one payload; raises Refused and Unanswered.

        A 4xx is final; a 5xx, and no answer at all, are tried again.
        """
        pause = _PAUSE_SECONDS
        for left in reversed(range(self._retries + 1)):
            try:
                return self._once(body)
            except (Refused, Unanswered) as error:
                final = isinstance(error, Refused) and error.status < 500
                if final or not left or self._wait(pause):
                    raise
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _once(self, body: bytes) -> bytes:
        invocation = Invocation(body, self._content_type, self._accept, timeout_seconds=self._timeout)
        try:
            result = self._server.invoke(invocation)
        except ServingError as error:
            raise Unanswered(str(error)) from error
        if not result.ok:
            raise Refused(result.status, result.body.decode("utf-8", "replace").strip(), result.hostname)
        return result.body

    def _wait(self, seconds: float) -> bool:
        """Pause; True when the job is to stop."""
        self._stop.wait(seconds)
        return self._stop.is_set()
