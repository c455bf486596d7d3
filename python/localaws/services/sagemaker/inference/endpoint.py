"""What requests need of an endpoint: where they go, and what is recorded of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from localaws.api.errors import AwsError
from localaws.runtime.serving import Invocation, InvocationResult
from localaws.services.sagemaker.inference.capture import VariantCapture
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.invocation_metrics import answered, loaded_models, unanswered
from localaws.services.sagemaker.inference.logs import EndpointLog
from localaws.services.sagemaker.inference.metrics import EndpointMetrics
from localaws.services.sagemaker.inference.router import Router
from localaws.store import Record

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["InvocableEndpoint"]

_METRIC_SECONDS = 5.0
_NOT_INVOCABLE = ("Creating", "Failed", "Deleting", "OutOfService")


class InvocableEndpoint:
    """An endpoint as its callers see it; deployments decide what is in service and where requests go.

    `config` is the configuration in service (DescribeEndpointConfig's shape), empty before the first one; `fleets` are
    its variants.
    """

    def __init__(self, stack: Account, record: Record) -> None:
        self.stack, self.record = stack, record
        self.router = Router()
        self.log = EndpointLog(stack, record.name)
        self.metrics = EndpointMetrics(stack, record.name)
        self.config: Mapping[str, Any] = {}
        self.fleets: Sequence[VariantFleet] = ()
        self._captures: dict[VariantFleet, VariantCapture] = {}
        self._publish_at = 0.0
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def status(self) -> str:
        return str(self.record.described["EndpointStatus"])

    @property
    def invocable(self) -> bool:
        """Whether InvokeEndpoint knows the endpoint: from its first time in service until it is deleted."""
        return self.status not in _NOT_INVOCABLE

    @property
    def closed(self) -> bool:
        """Whether the endpoint is deleted, or the stack ends."""
        return self._closed.is_set()

    @property
    def serverless(self) -> bool:
        """Whether the endpoint's variants are serverless."""
        return any(fleet.serverless for fleet in self.fleets)

    @property
    def asynchronous(self) -> bool:
        """Whether the endpoint takes asynchronous requests alone."""
        return "AsyncInferenceConfig" in self.config

    def observe(self, fleet: VariantFleet, invocation: Invocation, result: InvocationResult) -> None:
        """Count an answer of the container; capture it where the variant's traffic is captured and it is no error."""
        self.metrics.add(fleet.name, answered(fleet, result))
        if result.ok and (capture := self._captures.get(fleet)):
            capture.add(invocation, result)

    def failed(self, fleet: VariantFleet, error: AwsError) -> AwsError:
        """Count a request that no container answered; returns `error`."""
        self.metrics.add(fleet.name, unanswered(fleet, error.status))
        return error

    def start_capture(self, fleets: Iterable[VariantFleet], config: Mapping[str, Any] | None) -> None:
        """Capture the traffic of started variants as a DataCaptureConfig says; None captures nothing."""
        if not config or not config.get("EnableCapture", True):
            return
        for fleet in fleets:
            if fleet.credentials:
                session = self.stack.session(fleet.credentials)
                self._captures[fleet] = VariantCapture(self.stack, self.name, fleet.name, config, session, self.log)

    def stop_capture(self, fleets: Iterable[VariantFleet]) -> None:
        """Write what was captured of variants that get no more requests."""
        for fleet in fleets:
            if capture := self._captures.pop(fleet, None):
                capture.flush(last=True)

    def write(self) -> None:
        """Write all logs, metrics and captured data."""
        self.log.flush()
        self.metrics.publish()
        for capture in list(self._captures.values()):
            capture.flush(last=True)

    def write_due(self) -> None:
        """What `write` does, the metrics less often: each publication is a datum in CloudWatch."""
        self.log.flush()
        for capture in list(self._captures.values()):
            capture.flush()
        if time.monotonic() >= self._publish_at:
            self._publish_at = time.monotonic() + _METRIC_SECONDS
            loaded_models(self.metrics, self.fleets)
            self.metrics.publish()
