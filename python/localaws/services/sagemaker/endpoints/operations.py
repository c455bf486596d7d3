"""The Endpoint operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.deployments import blue_green, lifecycle
from localaws.services.sagemaker.deployments.autoscaling import Autoscaler, is_scalable_target
from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.deployments.scalable_targets import deregister
from localaws.services.sagemaker.endpoints.capacity import check_quota, retain, wanted_changes
from localaws.services.sagemaker.endpoints.deployment_checks import check_policy
from localaws.services.sagemaker.inference.async_queue import AsyncQueue
from localaws.services.sagemaker.plain import describe, list_family
from localaws.store import Record

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

_KIND = "Endpoint"
_IN_PROGRESS = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


def _create(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    policy = request.get("DeploymentConfig")
    config = stack.store.describe(stack.store.get("EndpointConfig", request["EndpointConfigName"]))
    if policy:
        check_policy(policy, config)
    described = {
        "EndpointConfigName": request["EndpointConfigName"],
        "EndpointStatus": "Creating",
        "LastDeploymentConfig": policy,
    }
    with stack.store.locked():
        record = stack.store.create(_KIND, request["EndpointName"], described, request.get("Tags", ()))
        endpoint = DeployedEndpoint(stack, record)
        try:
            generation = Generation(stack, endpoint.name, config, endpoint.log, endpoint.publish)
            check_quota(generation)
        except BaseException:
            stack.store.delete(_KIND, record.name)
            raise
        endpoint.pending = generation
        record.internal |= {"hosted": endpoint, "requests": AsyncQueue(endpoint)}
        endpoint.publish()
    endpoint.run_periodic_tasks(Autoscaler())
    _background(endpoint, "create", lambda: lifecycle.create(endpoint, generation))
    return {"EndpointArn": record.arn}


def _update(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    record = stack.store.get(_KIND, request["EndpointName"])
    config = stack.store.describe(stack.store.get("EndpointConfig", request["EndpointConfigName"]))
    policy = request.get("DeploymentConfig")
    if policy is None and request.get("RetainDeploymentConfig"):
        policy = record.described.get("LastDeploymentConfig")
    if policy:
        check_policy(policy, config)
    # Looks into moto, and so must not hold the store's lock.
    _check_scalable(record.internal["hosted"], config)
    with stack.store.locked():
        endpoint = _ready(record)
        # AWS looks the configuration in service up again; Terraform users meet this when it was deleted too early.
        stack.store.get("EndpointConfig", record.described["EndpointConfigName"])
        generation = Generation(stack, endpoint.name, config, endpoint.log, endpoint.publish)
        retain(endpoint, generation, request)
        check_quota(generation)
        endpoint.pending = generation
        endpoint.publish("Updating", FailureReason=None, LastDeploymentConfig=policy)
    _background(endpoint, "update", lambda: blue_green.update(endpoint, generation, policy or {}))
    return {"EndpointArn": record.arn}


def _update_weights(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    record = stack.store.get(_KIND, request["EndpointName"])
    with stack.store.locked():
        endpoint = _ready(record)
        changes = wanted_changes(endpoint, request["DesiredWeightsAndCapacities"])
        endpoint.publish("Updating", FailureReason=None)
    _background(endpoint, "rescale", lambda: lifecycle.rescale(endpoint, changes))
    return {"EndpointArn": record.arn}


def _delete(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    record = stack.store.get(_KIND, request["EndpointName"])
    with stack.store.locked():
        endpoint: DeployedEndpoint = record.internal["hosted"]
        if endpoint.status in _IN_PROGRESS:
            raise validation_error(f'Cannot update in-progress endpoint "{record.arn}".')
        endpoint.publish("Deleting")

    def delete() -> None:
        deregister(endpoint)
        lifecycle.delete(endpoint)

    _background(endpoint, "delete", delete)
    return {}


def _background(endpoint: DeployedEndpoint, what: str, work: Callable[[], None]) -> None:
    """Do the work of an operation; whatever happens, the endpoint does not stay in progress for ever."""

    def body() -> None:
        try:
            work()
        finally:
            if endpoint.status in _IN_PROGRESS and not endpoint.stack.shutdown.is_set():
                lifecycle.recover(endpoint)

    endpoint.stack.spawn(f"{what}-{endpoint.name}", body)


def _ready(record: Record) -> DeployedEndpoint:
    """The endpoint, where its status allows a change."""
    endpoint: DeployedEndpoint = record.internal["hosted"]
    if endpoint.status in _IN_PROGRESS:
        raise validation_error(f'Cannot update in-progress endpoint "{record.arn}".')
    if endpoint.status != "InService":
        raise validation_error(
            f'Cannot update endpoint "{record.arn}" in status {endpoint.status}: delete it and create it again.'
        )
    return endpoint


def _check_scalable(endpoint: DeployedEndpoint, config: Mapping[str, Any]) -> None:
    """Refuse a configuration that takes away what autoscaling holds on to."""
    types = {variant["VariantName"]: variant.get("InstanceType") for variant in config["ProductionVariants"]}
    for before in endpoint.serving.fleets if endpoint.serving else ():
        same = before.name in types and types[before.name] == before.variant.get("InstanceType")
        if not same and is_scalable_target(endpoint, before.name):
            raise validation_error(
                f'The variant name(s) "{before.name}" must be deregistered as scalable targets with AWS Auto Scaling '
                "before they can be removed or have their instance type changed."
            )


OPERATIONS: dict[str, Handler] = {
    "CreateEndpoint": _create,
    "DescribeEndpoint": describe(_KIND),
    "ListEndpoints": list_family(_KIND),
    "UpdateEndpoint": _update,
    "UpdateEndpointWeightsAndCapacities": _update_weights,
    "DeleteEndpoint": _delete,
}
