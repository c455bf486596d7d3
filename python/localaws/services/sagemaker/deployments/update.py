"""What happens in the background of CreateEndpoint, UpdateEndpoint and DeleteEndpoint."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.api.errors import AwsError
from localaws.services.sagemaker.deployments.endpoint import HostedEndpoint
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.deployments.watch import Interrupted, RolledBack, Watch
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.served_model import HostingFailure

__all__ = ["bring_up", "delete", "give_up", "rescale", "update"]

_INTERNAL_ERROR = "InternalServerError: We encountered an internal error. Please try again."


def bring_up(endpoint: HostedEndpoint, generation: Generation) -> None:
    """CreateEndpoint: start the first generation and let it answer."""
    try:
        generation.start()
    except (HostingFailure, AwsError) as failure:
        endpoint.pending = None
        endpoint.log.flush()
        endpoint.publish("Failed", FailureReason=_reason(failure))
        return
    endpoint.capture(generation)
    endpoint.serving, endpoint.pending = generation, None
    endpoint.router.route(generation.shares())
    endpoint.publish("InService")


def update(endpoint: HostedEndpoint, generation: Generation, policy: Mapping[str, Any]) -> None:
    """UpdateEndpoint: bring `generation` up beside the one in service and move traffic by the DeploymentConfig."""
    old = endpoint.serving
    assert old is not None
    watch = Watch(endpoint, policy)
    try:
        _shift(endpoint, old, generation, policy.get("BlueGreenUpdatePolicy") or _all_at_once(policy), watch)
    except Interrupted:
        return
    except (HostingFailure, RolledBack, AwsError) as failure:
        _roll_back(endpoint, old, generation, _reason(failure))
        return
    _settle(endpoint, generation)
    endpoint.retire(old)
    endpoint.publish("InService")


def rescale(endpoint: HostedEndpoint, changes: Mapping[VariantFleet, tuple[float | None, int | None]]) -> None:
    """UpdateEndpointWeightsAndCapacities and autoscaling: new weights at once, new counts as instances come."""
    before = {fleet: (fleet.weight, fleet.count) for fleet in changes}
    try:
        for fleet, (weight, count) in changes.items():
            if count is not None:
                fleet.count = count
                endpoint.publish()
                fleet.scale(count)
            if weight is not None:
                fleet.weight = weight
        endpoint.router.refresh()
    except HostingFailure as failure:
        endpoint.publish("RollingBack")
        for fleet, (weight, count) in before.items():
            fleet.weight, fleet.count = weight, count
            fleet.scale(min(count, len(fleet.instances)))
        endpoint.router.refresh()
        endpoint.publish("InService", FailureReason=str(failure))
        return
    endpoint.publish("InService")


def delete(endpoint: HostedEndpoint) -> None:
    """DeleteEndpoint: finish what is in flight, end every instance, forget the endpoint."""
    try:
        endpoint.close()
    finally:
        endpoint.stack.store.delete("Endpoint", endpoint.name)


def give_up(endpoint: HostedEndpoint) -> None:
    """After a defect of the stack (its traceback is in the server's log): serve as before where that is possible."""
    if endpoint.record.described["EndpointStatus"] == "Deleting":
        return
    endpoint.pending = None
    if endpoint.serving is None:
        endpoint.publish("Failed", FailureReason=_INTERNAL_ERROR)
        return
    endpoint.router.route(endpoint.serving.shares())
    endpoint.publish("InService", FailureReason=_INTERNAL_ERROR)


def _shift(endpoint: HostedEndpoint, old: Generation, new: Generation, policy: Mapping[str, Any], watch: Watch) -> None:
    """Blue/green: the whole new fleet first, then its traffic in steps with time to bake."""
    watch.check()
    new.start()
    endpoint.capture(new)
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


def _settle(endpoint: HostedEndpoint, generation: Generation) -> None:
    endpoint.router.route(generation.shares())
    endpoint.serving, endpoint.pending = generation, None
    endpoint.publish()


def _roll_back(endpoint: HostedEndpoint, old: Generation, new: Generation, reason: str) -> None:
    """Give all traffic back to the old generation; `reason` becomes the endpoint's FailureReason."""
    endpoint.publish("RollingBack")
    endpoint.router.route(old.shares())
    endpoint.pending = None
    endpoint.retire(new)
    endpoint.log.flush()
    endpoint.publish("InService", FailureReason=reason)


def _reason(failure: Exception) -> str:
    text = failure.message if isinstance(failure, AwsError) else str(failure)
    return text[:1024]
