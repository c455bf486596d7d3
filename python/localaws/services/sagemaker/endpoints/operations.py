"""The Endpoint operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import limit_exceeded, validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.deployments import update
from localaws.services.sagemaker.deployments.autoscaling import Autoscaler, is_scalable_target
from localaws.services.sagemaker.deployments.endpoint import HostedEndpoint
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.deployments.scalable_targets import deregister
from localaws.services.sagemaker.endpoints.deployment_checks import check_policy
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.plain import describe, list_family
from localaws.store import Record

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

_KIND = "Endpoint"
_MOST_INSTANCES = 20
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
        endpoint = HostedEndpoint(stack, record)
        try:
            generation = Generation(stack, endpoint.name, config, endpoint.log, endpoint.publish)
            _check_quota(generation)
        except BaseException:
            stack.store.delete(_KIND, record.name)
            raise
        endpoint.pending = generation
        record.internal["hosted"] = endpoint
        endpoint.publish()
    endpoint.keep(Autoscaler())
    _background(endpoint, "create", lambda: update.bring_up(endpoint, generation))
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
        _retain(endpoint, generation, request)
        _check_quota(generation)
        endpoint.pending = generation
        endpoint.publish("Updating", FailureReason=None, LastDeploymentConfig=policy)
    _background(endpoint, "update", lambda: update.update(endpoint, generation, policy or {}))
    return {"EndpointArn": record.arn}


def _update_weights(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    record = stack.store.get(_KIND, request["EndpointName"])
    with stack.store.locked():
        endpoint = _ready(record)
        changes = _changes(endpoint, request["DesiredWeightsAndCapacities"])
        endpoint.publish("Updating", FailureReason=None)
    _background(endpoint, "rescale", lambda: update.rescale(endpoint, changes))
    return {"EndpointArn": record.arn}


def _delete(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    record = stack.store.get(_KIND, request["EndpointName"])
    with stack.store.locked():
        endpoint: HostedEndpoint = record.internal["hosted"]
        if endpoint.status in _IN_PROGRESS:
            raise validation_error(f'Cannot update in-progress endpoint "{record.arn}".')
        endpoint.publish("Deleting")

    def delete() -> None:
        deregister(endpoint)
        update.delete(endpoint)

    _background(endpoint, "delete", delete)
    return {}


def _background(endpoint: HostedEndpoint, what: str, work: Callable[[], None]) -> None:
    """Do the work of an operation; whatever happens, the endpoint does not stay in progress for ever."""

    def body() -> None:
        try:
            work()
        finally:
            if endpoint.status in _IN_PROGRESS and not endpoint.stack.shutdown.is_set():
                update.give_up(endpoint)

    endpoint.stack.spawn(f"{what}-{endpoint.name}", body)


def _ready(record: Record) -> HostedEndpoint:
    """The endpoint, where its status allows a change."""
    endpoint: HostedEndpoint = record.internal["hosted"]
    if endpoint.status in _IN_PROGRESS:
        raise validation_error(f'Cannot update in-progress endpoint "{record.arn}".')
    if endpoint.status != "InService":
        raise validation_error(
            f'Cannot update endpoint "{record.arn}" in status {endpoint.status}: delete it and create it again.'
        )
    return endpoint


def _check_scalable(endpoint: HostedEndpoint, config: Mapping[str, Any]) -> None:
    """Refuse a configuration that takes away what autoscaling holds on to."""
    types = {variant["VariantName"]: variant.get("InstanceType") for variant in config["ProductionVariants"]}
    for before in endpoint.serving.fleets if endpoint.serving else ():
        same = before.name in types and types[before.name] == before.variant.get("InstanceType")
        if not same and is_scalable_target(endpoint, before.name):
            raise validation_error(
                f'The variant name(s) "{before.name}" must be deregistered as scalable targets with AWS Auto Scaling '
                "before they can be removed or have their instance type changed."
            )


def _retain(endpoint: HostedEndpoint, generation: Generation, request: Mapping[str, Any]) -> None:
    """Keep the weights and counts of variants that stay, where RetainAllVariantProperties asks for it."""
    if not request.get("RetainAllVariantProperties") or endpoint.serving is None:
        return
    excluded = {item["VariantPropertyType"] for item in request.get("ExcludeRetainedVariantProperties", ())}
    for fleet in generation.fleets:
        before = endpoint.serving.fleet(fleet.name)
        if before is None:
            continue
        if "DesiredInstanceCount" not in excluded:
            fleet.count = before.count
        if "DesiredWeight" not in excluded:
            fleet.weight = before.weight


def _changes(
    endpoint: HostedEndpoint, wanted: list[dict[str, Any]]
) -> dict[VariantFleet, tuple[float | None, int | None]]:
    assert endpoint.serving is not None
    changes: dict[VariantFleet, tuple[float | None, int | None]] = {}
    for item in wanted:
        fleet = endpoint.serving.fleet(item["VariantName"])
        if fleet is None:
            raise validation_error(
                f'The variant name(s) "{item["VariantName"]}" is/are not present within endpoint configuration '
                f'"{endpoint.serving.config_name}".'
            )
        count = item.get("DesiredInstanceCount")
        if count is not None and (fleet.serverless or count < 1):
            raise validation_error(
                f"DesiredInstanceCount {count} of variant {fleet.name} cannot be had: "
                + ("the variant is serverless." if fleet.serverless else "an instance-based variant has at least 1.")
            )
        changes[fleet] = (item.get("DesiredWeight"), count)
    weights = [changes.get(fleet, (None, None))[0] for fleet in endpoint.serving.fleets]
    present = [fleet.weight for fleet in endpoint.serving.fleets]
    if not any(new if new is not None else old for new, old in zip(weights, present, strict=True)):
        raise validation_error("At least one variant must have a weight above 0.")
    if sum(new or fleet.count for fleet, (_, new) in changes.items()) > _MOST_INSTANCES:
        raise _quota(sum(new or 0 for _, new in changes.values()))
    return changes


def _check_quota(generation: Generation) -> None:
    wanted = sum(fleet.count for fleet in generation.fleets)
    if wanted > _MOST_INSTANCES:
        raise _quota(wanted)


def _quota(wanted: int) -> Exception:
    return limit_exceeded(
        f"The local stack runs at most {_MOST_INSTANCES} instances for an endpoint, with a request delta of {wanted} "
        "instances. Lower InitialInstanceCount or DesiredInstanceCount, or run on AWS."
    )


OPERATIONS: dict[str, Handler] = {
    "CreateEndpoint": _create,
    "DescribeEndpoint": describe(_KIND),
    "ListEndpoints": list_family(_KIND),
    "UpdateEndpoint": _update,
    "UpdateEndpointWeightsAndCapacities": _update_weights,
    "DeleteEndpoint": _delete,
}
