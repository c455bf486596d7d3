"""What a DeploymentConfig must be, beyond the API model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.api.errors import validation_error

__all__ = ["check_policy"]


def check_policy(policy: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Refuse a policy that contradicts itself or does not fit the configuration's instance counts."""
    blue_green, rolling = policy.get("BlueGreenUpdatePolicy"), policy.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise validation_error("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be given.")
    counts = [variant.get("InitialInstanceCount", 1) for variant in config["ProductionVariants"]]
    if blue_green:
        _check_routing(blue_green["TrafficRoutingConfiguration"], counts)
        _check_limit(
            blue_green,
            blue_green.get("TerminationWaitInSeconds", 0)
            + blue_green["TrafficRoutingConfiguration"]["WaitIntervalInSeconds"],
        )
    if rolling:
        _check_size("MaximumBatchSize", rolling["MaximumBatchSize"], counts, 5, 50)
        if back := rolling.get("RollbackMaximumBatchSize"):
            _check_size("RollbackMaximumBatchSize", back, counts, 5, 100)
        _check_limit(rolling, rolling["WaitIntervalInSeconds"])


def _check_routing(routing: Mapping[str, Any], counts: list[int]) -> None:
    kind = routing["Type"]
    fits = {"ALL_AT_ONCE": None, "CANARY": "CanarySize", "LINEAR": "LinearStepSize"}[kind]
    for member in ("CanarySize", "LinearStepSize"):
        if member in routing and member != fits:
            raise validation_error(f"{member} cannot be given with TrafficRoutingConfiguration Type {kind}.")
    if fits is None:
        return
    if fits not in routing:
        raise validation_error(f"{fits} must be given with TrafficRoutingConfiguration Type {kind}.")
    _check_size(fits, routing[fits], counts, 10 if kind == "LINEAR" else 1, 50)


def _check_size(member: str, size: Mapping[str, Any], counts: list[int], least: int, most: int) -> None:
    value = size["Value"]
    if size["Type"] == "CAPACITY_PERCENT":
        if not least <= value <= most:
            raise validation_error(f"{member} is {value} percent of capacity: choose from {least} to {most}.")
        return
    for count in counts:
        # A variant with one instance cannot be halved: there a batch is that instance.
        if value > max(1, count * most // 100):
            raise validation_error(
                f"{member} is {value} instance(s) of a variant with {count}: at most {most} percent may be taken."
            )


def _check_limit(policy: Mapping[str, Any], waits: int) -> None:
    limit = policy.get("MaximumExecutionTimeoutInSeconds")
    if limit is not None and limit <= waits:
        raise validation_error(
            f"MaximumExecutionTimeoutInSeconds is {limit} and must be more than the waiting times, together {waits} s."
        )
