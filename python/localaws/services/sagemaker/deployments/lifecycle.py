"""What happens in the background of CreateEndpoint, UpdateEndpointWeightsAndCapacities and DeleteEndpoint."""

from __future__ import annotations

from collections.abc import Mapping

from localaws.api.errors import AwsError
from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint
from localaws.services.sagemaker.deployments.failure_reason import INTERNAL_ERROR, failure_reason
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.served_model import HostingFailure

__all__ = ["create", "delete", "recover", "rescale"]


def create(endpoint: DeployedEndpoint, generation: Generation) -> None:
    """CreateEndpoint: start the first generation and let it answer."""
    try:
        generation.start()
    except (HostingFailure, AwsError) as failure:
        endpoint.pending = None
        endpoint.log.flush()
        endpoint.publish("Failed", FailureReason=failure_reason(failure))
        return
    endpoint.begin_capture(generation)
    endpoint.enter_service(generation)
    endpoint.publish("InService")


def rescale(endpoint: DeployedEndpoint, changes: Mapping[VariantFleet, tuple[float | None, int | None]]) -> None:
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


def delete(endpoint: DeployedEndpoint) -> None:
    """DeleteEndpoint: finish what is in flight, end every instance, forget the endpoint."""
    try:
        endpoint.close()
    finally:
        endpoint.stack.store.delete("Endpoint", endpoint.name)


def recover(endpoint: DeployedEndpoint) -> None:
    """After a defect of the stack (its traceback is in the server's log): serve as before where that is possible."""
    if endpoint.record.described["EndpointStatus"] == "Deleting":
        return
    endpoint.pending = None
    if endpoint.serving is None:
        endpoint.publish("Failed", FailureReason=INTERNAL_ERROR)
        return
    endpoint.router.route(endpoint.serving.shares())
    endpoint.publish("InService", FailureReason=INTERNAL_ERROR)
