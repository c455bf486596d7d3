"""Calls that an SDK sends a second time because it lost the first answer: they are answered, not carried out, again.

The AWS SDK for Go, and with it Terraform's provider, now and then closes a connection while it reads an answer (read on
a "closed network connection", https://github.com/aws/aws-sdk-go-v2/issues/2737), and repeats the call.  The less the
answer is away, the more often: once in some thousand calls on a busy machine that serves itself.  A repeated creation
would be refused, since the resource exists.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from localaws.api.protocols import Response
from localaws.api.request import Request

__all__ = ["Repeats"]

_MOST = 512
# Answers to calls that change something are short; those that are not are listings, or objects, to be read again.
_MOST_BYTES = 16_384
_Key = tuple[str, ...]
_logger = logging.getLogger(__name__)


class Repeats:
    """The latest successful answers, by the identity that an SDK gives to all attempts of one call."""

    def __init__(self) -> None:
        self._answers: OrderedDict[_Key, Response] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, request: Request, caller: str, serve: Callable[[], Response]) -> Response:
        """What `serve` answers; for a repeated call that was carried out: the answer that it had.

        `caller`: the ARN of who signed the request.
        """
        invocation = request.headers.get("Amz-Sdk-Invocation-Id")
        if not invocation or request.method in ("GET", "HEAD"):
            return serve()
        key = (invocation, caller, request.operation, request.method, request.raw_path, request.query)
        if request.is_repeated:
            with self._lock:
                earlier = self._answers.get(key)
            if earlier is not None:
                line = "%s %s %s (%s): answered as before, not carried out again"
                _logger.info(line, request.method, request.raw_path, request.operation, request.attempt)
                return earlier
        response = serve()
        if 200 <= response.status < 300 and len(response.body) <= _MOST_BYTES:
            with self._lock:
                self._answers[key] = response
                if len(self._answers) > _MOST:
                    self._answers.popitem(last=False)
        return response
