"""What ends a deployment early: an alarm, its time limit, the end of the stack."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from localaws.api.errors import AwsError
from localaws.services.sagemaker.deployments import alarms
from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint

__all__ = ["Interrupted", "RolledBack", "Watch"]

_CHECK_SECONDS = 1.0
_DEFAULT_LIMIT_SECONDS = 14_400


class RolledBack(Exception):
    """The deployment must be undone; the message is the endpoint's FailureReason."""


class Interrupted(Exception):
    """The stack ends."""


class Watch:
    """Looks at a deployment's alarms and its clock."""

    def __init__(self, endpoint: DeployedEndpoint, policy: Mapping[str, Any]) -> None:
        self._endpoint = endpoint
        self._alarms = [alarm["AlarmName"] for alarm in policy.get("AutoRollbackConfiguration", {}).get("Alarms", ())]
        self._cloudwatch: Any = None
        given = policy.get("RollingUpdatePolicy") or policy.get("BlueGreenUpdatePolicy") or {}
        self._limit = given.get("MaximumExecutionTimeoutInSeconds", _DEFAULT_LIMIT_SECONDS)
        self._deadline = time.monotonic() + self._limit

    def check(self) -> None:
        """Raises RolledBack for an alarm in state ALARM or a deployment that takes too long, and Interrupted."""
        if self._endpoint.stack.shutdown.is_set():
            raise Interrupted
        if time.monotonic() > self._deadline:
            raise RolledBack(
                f"The deployment took longer than MaximumExecutionTimeoutInSeconds ({self._limit}); it was rolled back."
            )
        if not self._alarms:
            return
        try:
            tripped = self._tripped()
        except (alarms.AlarmsUnreadable, AwsError) as error:
            raise RolledBack(error.message if isinstance(error, AwsError) else str(error)) from error
        if tripped:
            raise RolledBack(
                f"The deployment was rolled back because of alarms in state ALARM: {', '.join(sorted(tripped))}."
            )

    def _tripped(self) -> set[str]:
        if self._cloudwatch is None:
            session = self._endpoint.session()
            if session is None:
                raise alarms.AlarmsUnreadable(
                    "The alarms of AutoRollbackConfiguration cannot be read: the model has no ExecutionRoleArn."
                )
            self._cloudwatch = session.client("cloudwatch")
        return alarms.tripped(self._endpoint, self._cloudwatch, self._alarms)

    def bake(self, seconds: float) -> None:
        """Wait, looking at the alarms all the while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._endpoint.stack.shutdown.wait(min(_CHECK_SECONDS, left))
            self.check()
