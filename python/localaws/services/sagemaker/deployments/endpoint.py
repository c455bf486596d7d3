"""An endpoint and its generations: the one in service, and the one that a deployment brings up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from localaws.services.sagemaker.deployments import summaries
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.inference.endpoint import InvocableEndpoint
from localaws.store import Record

if TYPE_CHECKING:
    import boto3

    from localaws.account import Account

__all__ = ["DeployedEndpoint"]

_TICK_SECONDS = 1.0


class DeployedEndpoint(InvocableEndpoint):
    """One endpoint of the stack, from its creation until it is deleted.

    `serving` is the generation that Describe shows; `pending` the one that an update brings up.  Deployments change
    both, and call `publish` for everything that Describe shows.
    """

    def __init__(self, stack: Account, record: Record) -> None:
        super().__init__(stack, record)
        self.serving: Generation | None = None
        self.pending: Generation | None = None
        self.alarm_states: dict[str, str] = {}
        self._periodic_tasks: list[Callable[[DeployedEndpoint], None]] = []

    def session(self) -> boto3.Session | None:
        """A session of the role that the newest generation's model runs with."""
        generation = self.pending or self.serving
        fleets = generation.fleets if generation else []
        role = next((fleet.model.role_arn for fleet in fleets if fleet.model.role_arn), None)
        return self.stack.session_for_role(role, self.record.arn) if role else None

    def run_periodic_tasks(self, *tasks: Callable[[DeployedEndpoint], None]) -> None:
        """Start the thread that publishes logs and metrics, writes captured data and calls `tasks`, every second."""
        self._periodic_tasks.extend(tasks)
        self.stack.spawn(f"endpoint-{self.name}", self._run)

    def begin_capture(self, generation: Generation) -> None:
        """Capture the generation's traffic, as its configuration says."""
        self.start_capture(generation.fleets, generation.config.get("DataCaptureConfig"))

    def enter_service(self, generation: Generation) -> None:
        """Send all requests to the generation that was pending."""
        self.router.route(generation.shares())
        self.serving, self.pending = generation, None
        self.config, self.fleets = generation.config, generation.fleets

    def retire(self, generation: Generation) -> None:
        """Drain and stop a generation, and write what was captured of it."""
        generation.stop()
        self.stop_capture(generation.fleets)

    def close(self) -> None:
        """Stop every instance and write what is left; the endpoint answers no more."""
        self._closed.set()
        self.router.route(())
        self.write()
        for generation in (self.pending, self.serving):
            if generation is not None:
                generation.stop()
        self.write()
        shutil.rmtree(self.stack.work_dir / "endpoints" / self.name, ignore_errors=True)

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

    def _run(self) -> None:
        try:
            while not self.closed:
                if self.stack.shutdown.wait(_TICK_SECONDS):
                    self.close()
                    return
                self.write_due()
                for task in self._periodic_tasks:
                    task(self)
        finally:
            if not self.closed:  # a defect of the stack: its traceback is in the server's log
                self.stack.spawn(f"endpoint-{self.name}", self._run)
