"""A live endpoint: its fleets, its traffic, and what it tells of itself."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from localaws.api.errors import AwsError
from localaws.runtime.serving import Invocation, InvocationResult
from localaws.services.sagemaker.deployments import summaries
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.inference.async_queue import AsyncQueue
from localaws.services.sagemaker.inference.capture import VariantCapture
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.invocation_metrics import answered, loaded_models, unanswered
from localaws.services.sagemaker.inference.logs import EndpointLog
from localaws.services.sagemaker.inference.metrics import EndpointMetrics
from localaws.services.sagemaker.inference.router import Router
from localaws.store import Record

if TYPE_CHECKING:
    import boto3

    from localaws.account import Account

__all__ = ["HostedEndpoint"]

_TICK_SECONDS = 1.0
_METRIC_SECONDS = 5.0
_NOT_INVOCABLE = ("Creating", "Failed", "Deleting", "OutOfService")


class HostedEndpoint:
    """One endpoint of the stack, from its creation until it is deleted.

    `serving` is the generation that Describe speaks of; `pending` the one that an update brings up.  Deployments change
    both, and call `publish` for everything that Describe shows.
    """

    def __init__(self, stack: Account, record: Record) -> None:
        self.stack, self.record = stack, record
        self.router = Router()
        self.log = EndpointLog(stack, record.name)
        self.metrics = EndpointMetrics(stack, record.name)
        self.requests = AsyncQueue(self)
        self.serving: Generation | None = None
        self.pending: Generation | None = None
        self.alarm_states: dict[str, str] = {}
        self._captures: dict[VariantFleet, VariantCapture] = {}
        self._publish_at = 0.0
        self._closed = threading.Event()
        self._keepers: list[Callable[[HostedEndpoint], None]] = []

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
    def serverless(self) -> bool:
        """Whether the endpoint's variants are serverless."""
        return self.serving is not None and any(fleet.serverless for fleet in self.serving.fleets)

    @property
    def asynchronous(self) -> bool:
        """Whether the endpoint takes asynchronous requests alone."""
        return self.serving is not None and "AsyncInferenceConfig" in self.serving.config

    def session(self) -> boto3.Session | None:
        """A session of the role that the newest generation's model runs with."""
        generation = self.pending or self.serving
        fleets = generation.fleets if generation else []
        role = next((fleet.model.role_arn for fleet in fleets if fleet.model.role_arn), None)
        return self.stack.session_for_role(role, "SageMaker") if role else None

    def keep(self, *keepers: Callable[[HostedEndpoint], None]) -> None:
        """Start the thread that publishes logs and metrics, writes captured data and calls `keepers`, every second."""
        self._keepers.extend(keepers)
        self.stack.spawn(f"endpoint-{self.name}", self._keep)

    def close(self) -> None:
        """End every instance and write what is left; the endpoint answers no more."""
        self._closed.set()
        self.requests.close()
        self.router.route(())
        self.write()
        for generation in (self.pending, self.serving):
            if generation is not None:
                generation.stop()
        self.write()
        shutil.rmtree(self.stack.work_dir / "endpoints" / self.name, ignore_errors=True)

    def capture(self, generation: Generation) -> None:
        """Make ready to capture the generation's traffic, as its configuration says."""
        config = generation.config.get("DataCaptureConfig")
        if not config or not config.get("EnableCapture", True):
            return
        for fleet in generation.fleets:
            if fleet.credentials:
                session = self.stack.session(fleet.credentials)
                self._captures[fleet] = VariantCapture(self.stack, self.name, fleet.name, config, session, self.log)

    def retire(self, generation: Generation) -> None:
        """Drain and end a generation, its captured data written."""
        generation.stop()
        for fleet in generation.fleets:
            if capture := self._captures.pop(fleet, None):
                capture.flush(last=True)

    def observe(self, fleet: VariantFleet, invocation: Invocation, result: InvocationResult) -> None:
        """Count an answer of the container; capture it where the variant's traffic is captured and it is no error."""
        self.metrics.add(fleet.name, answered(fleet, result))
        if result.ok and (capture := self._captures.get(fleet)):
            capture.add(invocation, result)

    def failed(self, fleet: VariantFleet, error: AwsError) -> AwsError:
        """Count a request that no container answered; returns `error`."""
        self.metrics.add(fleet.name, unanswered(fleet, error.status))
        return error

    def publish(self, status: str | None = None, **changes: Any) -> None:
        """Bring Describe's answer up to date."""
        with self.stack.store.locked():
            if status:
                changes["EndpointStatus"] = status
            changes |= summaries.members(self.serving, self.pending)
            self.stack.store.update(self.record, **changes)

    def begin_change(self) -> bool:
        """Go from InService to Updating; False where the endpoint is not in service or something else is under way."""
        with self.stack.store.locked():
            if self.status != "InService":
                return False
            self.publish("Updating")
            return True

    def write(self) -> None:
        """Hand over all logs, metrics and captured data."""
        self.log.flush()
        self.metrics.publish()
        for capture in list(self._captures.values()):
            capture.flush(last=True)

    def _write_due(self) -> None:
        """What `write` does, the metrics less often: each publication is a datum in CloudWatch."""
        self.log.flush()
        for capture in list(self._captures.values()):
            capture.flush()
        if time.monotonic() >= self._publish_at:
            self._publish_at = time.monotonic() + _METRIC_SECONDS
            if self.serving is not None:
                loaded_models(self.metrics, self.serving.fleets)
            self.metrics.publish()

    def _keep(self) -> None:
        try:
            while not self._closed.is_set():
                if self.stack.shutdown.wait(_TICK_SECONDS):
                    self.close()
                    return
                self._write_due()
                for keeper in self._keepers:
                    keeper(self)
        finally:
            if not self._closed.is_set():  # a defect of the stack: its traceback is in the server's log
                self.stack.spawn(f"endpoint-{self.name}", self._keep)
