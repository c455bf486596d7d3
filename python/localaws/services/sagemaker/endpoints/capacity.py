"""Weights and instance counts of an endpoint's variants: what a request may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.api.errors import limit_exceeded, validation_error
from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint
from localaws.services.sagemaker.deployments.generation import Generation
from localaws.services.sagemaker.inference.fleet import VariantFleet

__all__ = ["check_quota", "retain", "wanted_changes"]

_MOST_INSTANCES = 20


def retain(endpoint: DeployedEndpoint, generation: Generation, request: Mapping[str, Any]) -> None:
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


def wanted_changes(
    endpoint: DeployedEndpoint, wanted: list[dict[str, Any]]
) -> dict[VariantFleet, tuple[float | None, int | None]]:
    """Weight and count of each variant in DesiredWeightsAndCapacities, None for what stays; raises AwsError."""
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


def check_quota(generation: Generation) -> None:
    """Raise ResourceLimitExceeded for more instances than the local stack runs for an endpoint."""
    wanted = sum(fleet.count for fleet in generation.fleets)
    if wanted > _MOST_INSTANCES:
        raise _quota(wanted)


def _quota(wanted: int) -> Exception:
    return limit_exceeded(
        f"The local stack runs at most {_MOST_INSTANCES} instances for an endpoint, with a request delta of {wanted} "
        "instances. Lower InitialInstanceCount or DesiredInstanceCount, or run on AWS."
    )
