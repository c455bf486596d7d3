"""A deployment under way: begin it, follow it, and tell a new configuration in service from a rollback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from botocore.exceptions import ClientError

from mlops.aws.errors import NOT_FOUND, UserError, error_code
from mlops.aws.executions import Execution, Step
from mlops.commands.display.steps import Progress
from mlops.deployment.serving import Serving

__all__ = ["Outcome", "begin", "watch"]

_FIRST_POLL_SECONDS = 0.5
_LAST_POLL_SECONDS = 5.0
_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack")
# VariantStatus of the instances that come, for people.
_STAGES = {
    "Creating": "Start new instances",
    "Updating": "Start new instances",
    "ActivatingTraffic": "Shift traffic",
    "Baking": "Watch",
    "Deleting": "End old instances",
}
_ROLLING_BACK = "Roll back"

Outcome = Literal["deployed", "rolled back"]


def begin(sagemaker: Any, serving: Serving, config: str, retain: dict[str, Any]) -> None:
    """Calls UpdateEndpoint with the endpoint's own deployment policy.

    An answer can be lost on its way: where the service refuses what it has already begun, that is a beginning too.
    """
    if serving.has_policy:
        retain = retain | {"RetainDeploymentConfig": True}
    try:
        sagemaker.update_endpoint(EndpointName=serving.endpoint, EndpointConfigName=config, **retain)
    except ClientError:
        found = sagemaker.describe_endpoint(EndpointName=serving.endpoint)
        pending = found.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
        if config not in (found["EndpointConfigName"], pending):
            raise


def watch(
    sagemaker: Any,
    serving: Serving,
    config: str,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Outcome, str]:
    """Shows the deployment until nothing changes any more.

    InService alone says nothing: after a rollback too the endpoint is in service, with the configuration of before.
    What tells is the configuration's name.

    Returns:
        The outcome, and the reason of a rollback.

    Raises:
        UserError: the endpoint was deleted, deployed to by somebody else, or left between both configurations.
    """
    began, stages = clock(), _Stages(serving.endpoint)
    while True:
        found = _describe(sagemaker, serving.endpoint)
        status, name = found["EndpointStatus"], found["EndpointConfigName"]
        # An answer from before UpdateEndpoint took effect is none.
        stale = status == "InService" and name != config and found["LastModifiedTime"] <= serving.changed
        if status not in _CHANGING and not stale:
            deployed = status == "InService" and name == config
            progress.show(stages.ended(deployed))
            return _outcome(found, serving, config)
        progress.show(stages.see(found))
        sleep(min(_LAST_POLL_SECONDS, max(_FIRST_POLL_SECONDS, (clock() - began) / 60)))


def _outcome(found: dict[str, Any], serving: Serving, config: str) -> tuple[Outcome, str]:
    status, name = found["EndpointStatus"], found["EndpointConfigName"]
    reason = " ".join(str(found.get("FailureReason") or "SageMaker gives no reason").split())
    if status == "InService" and name == config:
        return "deployed", ""
    if status == "InService" and name == serving.config_name:
        return "rolled back", reason
    if status == "InService":
        raise UserError(f"{serving.endpoint} serves {name} now, which somebody else has deployed meanwhile")
    raise UserError(
        f"{serving.endpoint} is {status}: {reason} {config} may be in use and stays; "
        "deploy what should serve once more, or delete the endpoint and create it again (terraform apply)"
    )


def _describe(sagemaker: Any, name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error_code(error) not in NOT_FOUND:
            raise
        raise UserError(
            f"endpoint {name} was deleted during the deployment: terraform apply creates it again"
        ) from error
    return found


class _Stages:
    """The stages that a deployment has gone through, as steps of an execution."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._steps: list[Step] = []
        self._key: tuple[str, datetime | None] | None = None

    def see(self, found: dict[str, Any]) -> Execution:
        """Takes in a DescribeEndpoint answer."""
        key = _stage(found)
        if key is None and self._steps:  # all traffic has moved: nothing is pending any more
            key = (_STAGES["Deleting"], None)
        key = key or (_STAGES["Creating"], None)
        if key != self._key:
            going_back = key[0] == _ROLLING_BACK
            self._end("Failed" if going_back else "Succeeded")
            before = sum(step.name.partition(" (")[0] == key[0] for step in self._steps)
            name = f"{key[0]} ({before + 1})" if before else key[0]
            self._steps.append(Step(name, "Executing", started=datetime.now(UTC), ended=None))
            self._key = key
        return self._execution("Executing")

    def ended(self, deployed: bool) -> Execution:
        """The end, by which the last stage has succeeded or not."""
        going_back = self._key is not None and self._key[0] == _ROLLING_BACK
        self._end("Succeeded" if deployed or going_back else "Failed")
        return self._execution("Succeeded" if deployed else "Failed")

    def _end(self, status: str) -> None:
        if self._steps:
            self._steps[-1] = replace(self._steps[-1], status=status, ended=datetime.now(UTC))

    def _execution(self, status: str) -> Execution:
        return Execution(self._endpoint, status, None, tuple(self._steps))


def _stage(found: dict[str, Any]) -> tuple[str, datetime | None] | None:
    """The stage, and when it began, for two of one kind in a row differ by that; None where nothing is said."""
    if found["EndpointStatus"] == "RollingBack":
        return _ROLLING_BACK, None
    variants = found.get("PendingDeploymentSummary", {}).get("ProductionVariants", ())
    for status in (status for variant in variants for status in variant.get("VariantStatus", ())):
        stage = _STAGES.get(status["Status"], status["Status"])
        return stage, None if stage == _STAGES["Creating"] else status.get("StartTime")
    return None
