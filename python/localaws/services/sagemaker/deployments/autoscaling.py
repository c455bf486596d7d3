"""Application Auto Scaling of variants, as its targets and policies stand in moto.

Target tracking as AWS documents it, on the metrics that the endpoint itself has
(https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html).  Where AWS waits for three minutes of data
before it adds instances and for fifteen before it removes some, the last minute decides here.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.services.sagemaker.deployments import lifecycle, scalable_targets
from localaws.services.sagemaker.deployments.endpoint import DeployedEndpoint
from localaws.services.sagemaker.inference.fleet import VariantFleet

__all__ = ["Autoscaler", "is_scalable_target"]

_EVERY_SECONDS = 5.0
_WINDOW_SECONDS = 60.0
_COOLDOWN_SECONDS = 300  # AWS's default for both directions
# Target tracking removes capacity only when the metric is well below the target.
_SCALE_IN_BELOW = 0.9


@dataclass
class _History:
    """What scaling knows of one variant: since when, invocations at past moments, and when it last changed."""

    began: float
    counts: deque[tuple[float, int]] = field(default_factory=deque)
    scaled_out: float = -math.inf
    scaled_in: float = -math.inf


class Autoscaler:
    """Looks at the scalable targets of one endpoint every few seconds; a periodic task of the endpoint."""

    def __init__(self) -> None:
        self._next = 0.0
        self._histories: dict[VariantFleet, _History] = {}

    def __call__(self, endpoint: DeployedEndpoint) -> None:
        now = endpoint.stack.clock().timestamp()
        if now < self._next or endpoint.serving is None:
            return
        self._next = now + _EVERY_SECONDS
        changes: dict[VariantFleet, tuple[int, str]] = {}
        known = self._histories
        self._histories = {}
        for fleet in endpoint.serving.fleets:
            history = self._histories[fleet] = known.get(fleet) or _History(now, deque([(now, 0)]))
            history.counts.append((now, fleet.taken))
            while history.counts[0][0] < now - _WINDOW_SECONDS:
                history.counts.popleft()
            target = None if fleet.serverless else scalable_targets.target(endpoint, fleet.name)
            if target is None:
                continue
            wanted, cause = _wanted(endpoint, fleet, history, target, now)
            if wanted != fleet.count:
                changes[fleet] = wanted, cause
        if changes and endpoint.begin_change():
            for fleet, (count, _) in changes.items():
                history = self._histories[fleet]
                if count > fleet.count:
                    history.scaled_out = now
                else:
                    history.scaled_in = now
            endpoint.stack.spawn(f"scale-{endpoint.name}", lambda: _scale(endpoint, changes))


def _scale(endpoint: DeployedEndpoint, changes: Mapping[VariantFleet, tuple[int, str]]) -> None:
    """Give the variants so many instances, on record with the reason."""
    activities = [
        (fleet, count, scalable_targets.begin_activity(endpoint, fleet.name, count, cause))
        for fleet, (count, cause) in changes.items()
    ]
    lifecycle.rescale(endpoint, {fleet: (None, count) for fleet, count, _ in activities})
    for fleet, count, activity in activities:
        had = len(fleet.instances)
        reason = "" if had == count else str(endpoint.record.described.get("FailureReason", f"it has {had}"))
        scalable_targets.end_activity(endpoint, activity, count, reason)


def is_scalable_target(endpoint: DeployedEndpoint, variant: str) -> bool:
    """Whether the variant is registered with Application Auto Scaling."""
    return scalable_targets.target(endpoint, variant) is not None


def _per_minute(history: _History) -> float:
    """Invocations of the last minute; a younger history is not scaled up, as a burst is no rate."""
    (_, first), (_, last) = history.counts[0], history.counts[-1]
    return float(last - first)


def _suspended(target: Any) -> Mapping[str, bool]:
    return target.suspended_state if isinstance(target.suspended_state, Mapping) else {}


def _wanted(
    endpoint: DeployedEndpoint, fleet: VariantFleet, history: _History, target: Any, now: float
) -> tuple[int, str]:
    """How many instances the variant should have, and why."""
    least, most = int(target.min_capacity or 0), int(target.max_capacity or fleet.count)
    suspended = _suspended(target)
    wanted, cause, rate = fleet.count, "", _per_minute(history)
    for name, policy in scalable_targets.policies(endpoint, fleet.name):
        value = policy["TargetValue"]
        before, needed = wanted, math.ceil(rate / value) if value > 0 else fleet.count
        if needed > fleet.count:
            if now - history.scaled_out >= policy.get("ScaleOutCooldown", _COOLDOWN_SECONDS):
                wanted = max(wanted, needed)
        elif (
            needed < fleet.count
            and wanted <= fleet.count
            and rate / fleet.count < value * _SCALE_IN_BELOW
            and not policy.get("DisableScaleIn", False)
            and now - max(history.scaled_in, history.scaled_out) >= policy.get("ScaleInCooldown", _COOLDOWN_SECONDS)
            and now - history.began >= _WINDOW_SECONDS
        ):
            wanted = needed
        if wanted != before:
            cause = (
                f"policy {name} was triggered: {rate:g} invocations in a minute, {value:g} an instance are its target"
            )
    if wanted < max(1, least):
        wanted, cause = max(1, least), f"minimum capacity was set to {least}"
    elif wanted > most:
        wanted, cause = most, cause or f"maximum capacity was set to {most}"
    if wanted > fleet.count and suspended.get("DynamicScalingOutSuspended"):
        return fleet.count, ""
    if wanted < fleet.count and suspended.get("DynamicScalingInSuspended"):
        return fleet.count, ""
    return wanted, cause
