"""InvokeEndpointWithResponseStream: a container's answer passed on as it comes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from localaws.containers.serving import Invocation, InvocationResult, ServingError, StreamedResult
from localaws.errors import AwsError
from localaws.sagemaker.hosting.event_stream import encode
from localaws.sagemaker.hosting.fleet import VariantFleet
from localaws.sagemaker.hosting.instance import Instance

if TYPE_CHECKING:
    from localaws.sagemaker.hosting.endpoint import HostedEndpoint

__all__ = ["EventStream"]

_PART = {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}


class EventStream:
    """The messages of one answer, in AWS's event stream encoding.

    It holds the instance that answers until it ends or is closed, whichever comes first; an answer that breaks off ends
    with ModelStreamError or InternalStreamFailure in the stream.
    """

    def __init__(
        self,
        endpoint: HostedEndpoint,
        fleet: VariantFleet,
        instance: Instance,
        invocation: Invocation,
        result: StreamedResult,
        began_ns: int,
    ) -> None:
        self._endpoint, self._fleet, self._instance = endpoint, fleet, instance
        self._invocation, self._result = invocation, result
        self._began_ns = began_ns
        self._body: list[bytes] = []
        self._failure: AwsError | None = None
        self._ended = self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._result.parts:
                self._body.append(part)
                yield encode(_PART, part)
            self._ended = True
        except ServingError as error:
            yield self._broken(error)
        finally:
            self.close()

    def close(self) -> None:
        """Give the instance back; an answer whose end nobody waited for is counted, and not captured."""
        if self._closed:
            return
        self._closed = True
        self._result.close()
        try:
            if self._failure:
                self._endpoint.failed(self._fleet, self._failure)
            elif self._ended:
                self._endpoint.observe(self._fleet, self._invocation, self._answer())
            else:
                self._endpoint.count(self._fleet, self._answer())
        finally:
            self._fleet.release(self._instance)

    @property
    def body(self) -> bytes:
        """What has come of the answer."""
        return b"".join(self._body)

    def _answer(self) -> InvocationResult:
        result, latency = self._result, (time.perf_counter_ns() - self._began_ns) // 1000
        return InvocationResult(
            result.status, self.body, result.content_type, result.headers, result.hostname, latency, 0
        )

    def _broken(self, error: ServingError) -> bytes:
        self._failure = AwsError("ModelError", str(error), 424)
        if error.kind == "stopped" or self._endpoint.stack.shutdown.is_set():
            return _exception("InternalStreamFailure", {"Message": str(error)})
        code = "ModelInvocationTimeExceeded" if error.kind == "timeout" else "StreamBroken"
        return _exception("ModelStreamError", {"ErrorCode": code, "Message": str(error)})


def _exception(kind: str, document: dict[str, str]) -> bytes:
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return encode(headers, json.dumps(document).encode())
