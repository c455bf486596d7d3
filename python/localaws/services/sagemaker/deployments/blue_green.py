"""UpdateEndpoint: a blue/green deployment, in the background, and its roll-back.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.api.errors import AwsError
from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint
from localaws.services.sagemaker.deployments.failure_reason import failure_reason
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.deployments.watch import Interrupted, RolledBack, Watch
from localaws.services.sagemaker.inference.served_model import HostingFailure

__all__ = ["update"]


def update(endpoint: DeployedEndpoint, generation: Generation, policy: Mapping[str, Any]) -> None:
    """UpdateEndpoint: bring `generation` up beside the one in service and move traffic by the DeploymentConfig."""
    old = endpoint.serving
    assert old is not None
    watch = Watch(endpoint, policy)
    try:
        _shift(endpoint, old, generation, policy.get("BlueGreenUpdatePolicy") or _all_at_once(policy), watch)
    except Interrupted:
        return
    except (HostingFailure, RolledBack, AwsError) as failure:
        _roll_back(endpoint, old, generation, failure_reason(failure))
        return
    endpoint.enter_service(generation)
    endpoint.publish()
    endpoint.retire(old)
    endpoint.publish("InService")


def _shift(
    endpoint: DeployedEndpoint, old: Generation, new: Generation, policy: Mapping[str, Any], watch: Watch
) -> None:
    """Blue/green: the whole new fleet first, then its traffic in steps with time to bake."""
    watch.check()
    new.start()
    endpoint.begin_capture(new)
    routing = policy["TrafficRoutingConfiguration"]
    for fraction in _steps(routing, new):
        watch.check()
        new.enter("ActivatingTraffic", f"Turning on {fraction:.0%} of traffic for the production variant.")
        endpoint.router.route([*old.shares(1 - fraction), *new.shares(fraction)])
        endpoint.publish()
        new.enter("Baking", "Waiting period to monitor the CloudWatch alarms in the automatic rollback configuration.")
        endpoint.publish()
        watch.bake(routing["WaitIntervalInSeconds"])
    watch.bake(policy.get("TerminationWaitInSeconds", 0))


def _all_at_once(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The BlueGreenUpdatePolicy of a DeploymentConfig without one; a rolling policy's waiting time is kept."""
    wait = policy.get("RollingUpdatePolicy", {}).get("WaitIntervalInSeconds", 0)
    return {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": wait}}


def _steps(routing: Mapping[str, Any], new: Generation) -> Iterator[float]:
    """The parts of the traffic that the new fleet has taken after each step, the last one all."""
    if routing["Type"] == "CANARY":
        yield _part(routing["CanarySize"], new)
    if routing["Type"] == "LINEAR":
        step = _part(routing["LinearStepSize"], new)
        for number in range(1, math.ceil(1 / step - 1e-9)):
            yield number * step
    yield 1.0


def _part(size: Mapping[str, Any], new: Generation) -> float:
    if size["Type"] == "CAPACITY_PERCENT":
        return float(size["Value"]) / 100
    return min(1.0, float(size["Value"]) / max(fleet.count for fleet in new.fleets))


def _roll_back(endpoint: DeployedEndpoint, old: Generation, new: Generation, reason: str) -> None:
    """Give all traffic back to the old generation; `reason` becomes the endpoint's FailureReason."""
    endpoint.publish("RollingBack")
    endpoint.router.route(old.shares())
    endpoint.pending = None
    endpoint.retire(new)
    endpoint.log.flush()
    endpoint.publish("InService", FailureReason=reason)
