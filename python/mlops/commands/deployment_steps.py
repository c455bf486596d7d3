"""Follows an endpoint update to its end and shows its stages as steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mlops.aws.executions import Execution, Step
from mlops.aws.polling import Polling
from mlops.commands.display.steps import Progress
from mlops.deployment import rollout
from mlops.deployment.serving import Serving

__all__ = ["watch"]

_POLLING = Polling(last_seconds=5.0)
_ROLL_BACK = "Roll back"
_START = "Start new instances"
_END_OLD = "End old instances"
# The stages in DescribeEndpoint's words, for people.
_STAGES = {
    "Creating": _START,
    "Updating": _START,
    "ActivatingTraffic": "Shift traffic",
    "Baking": "Watch",
    "Deleting": _END_OLD,
    "RollingBack": _ROLL_BACK,
}


def watch(
    sagemaker: Any, serving: Serving, config: str, progress: Progress, polling: Polling = _POLLING
) -> tuple[rollout.Outcome, str]:
    """Shows the update until nothing changes any more.

    Returns:
        The outcome, and the reason of a rollback.

    Raises:
        UserError: the endpoint was deleted, deployed to by another, or left between both configurations.
    """
    stages = _Stages(serving.endpoint)

    def show(found: dict[str, Any]) -> None:
        if rollout.goes_on(found, serving, config):
            progress.show(stages.see(found))
        else:
            deployed = found["EndpointStatus"] == "InService" and found["EndpointConfigName"] == config
            progress.show(stages.ended(deployed))

    found = polling.until(
        lambda: rollout.describe(sagemaker, serving.endpoint),
        lambda state: not rollout.goes_on(state, serving, config),
        show,
    )
    return rollout.outcome(found, serving, config)


class _Stages:
    """The stages that a deployment has gone through, as steps of an execution."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._steps: list[Step] = []
        self._key: tuple[str, datetime | None] | None = None

    def see(self, found: dict[str, Any]) -> Execution:
        """Adds what a DescribeEndpoint answer says."""
        key = self._stage(found)
        if key != self._key:
            self._end("Failed" if key[0] == _ROLL_BACK else "Succeeded")
            before = sum(step.name.partition(" (")[0] == key[0] for step in self._steps)
            name = f"{key[0]} ({before + 1})" if before else key[0]
            self._steps.append(Step(name, "Executing", started=datetime.now(UTC), ended=None))
            self._key = key
        return self._execution("Executing")

    def ended(self, deployed: bool) -> Execution:
        """The end, by which the last stage has succeeded or not."""
        rolled_back = self._key is not None and self._key[0] == _ROLL_BACK
        self._end("Succeeded" if deployed or rolled_back else "Failed")
        return self._execution("Succeeded" if deployed else "Failed")

    def _stage(self, found: dict[str, Any]) -> tuple[str, datetime | None]:
        """The stage for people, and when it began where two of one kind can follow each other."""
        told = rollout.stage(found)
        if told is None:  # at first nothing has begun; later all traffic has moved, and nothing is pending any more
            return (_END_OLD if self._steps else _START), None
        stage = _STAGES.get(told[0], told[0])
        return stage, None if stage == _START else told[1]

    def _end(self, status: str) -> None:
        if self._steps:
            self._steps[-1] = replace(self._steps[-1], status=status, ended=datetime.now(UTC))

    def _execution(self, status: str) -> Execution:
        return Execution(self._endpoint, status, None, tuple(self._steps))
