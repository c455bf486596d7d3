"""Application Auto Scaling of variants, as its targets and policies stand in moto.

Target tracking as AWS documents it, on the metrics that the endpoint itself has
(https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html).  Where AWS waits for three minutes of data
before it adds instances and for fifteen before it removes some, the last minute decides here.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.motolock import MOTO_LOCK
from localaws.sagemaker.hosting import deployment
from localaws.sagemaker.hosting.endpoint import HostedEndpoint
from localaws.sagemaker.hosting.fleet import VariantFleet

__all__ = ["Autoscaler", "is_scalable_target"]

_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_METRIC = "SageMakerVariantInvocationsPerInstance"
_EVERY_SECONDS = 5.0
_WINDOW_SECONDS = 60.0
_COOLDOWN_SECONDS = 300  # AWS's default for both directions
# Target tracking removes capacity only when the metric is well below the target.
_SCALE_IN_BELOW = 0.9


@dataclass
class _History:
    """What scaling knows of one variant: invocations at past moments, and when it last changed."""

    counts: deque[tuple[float, int]] = field(default_factory=deque)
    scaled_out: float = -math.inf
    scaled_in: float = -math.inf


class Autoscaler:
    """Looks at the scalable targets of one endpoint every few seconds; a keeper of the endpoint."""

    def __init__(self) -> None:
        self._next = 0.0
        self._histories: dict[VariantFleet, _History] = {}

    def __call__(self, endpoint: HostedEndpoint) -> None:
        now = time.monotonic()
        if now < self._next or endpoint.serving is None:
            return
        self._next = now + _EVERY_SECONDS
        changes: dict[VariantFleet, tuple[float | None, int | None]] = {}
        known = self._histories
        self._histories = {}
        for fleet in endpoint.serving.production:
            history = self._histories[fleet] = known.get(fleet) or _History(deque([(now, 0)]))
            history.counts.append((now, fleet.taken))
            while history.counts[0][0] < now - _WINDOW_SECONDS:
                history.counts.popleft()
            target = None if fleet.serverless else _target(endpoint, fleet.name)
            if target is None:
                continue
            wanted = _wanted(endpoint, fleet, history, target, now)
            if wanted != fleet.count:
                changes[fleet] = (None, wanted)
        if changes and endpoint.begin_change():
            for fleet, (_, count) in changes.items():
                history = self._histories[fleet]
                if count is not None and count > fleet.count:
                    history.scaled_out = now
                else:
                    history.scaled_in = now
            endpoint.stack.spawn(f"scale-{endpoint.name}", lambda: deployment.rescale(endpoint, changes))


def is_scalable_target(endpoint: HostedEndpoint, variant: str) -> bool:
    """Whether the variant is registered with Application Auto Scaling."""
    return _target(endpoint, variant) is not None


def _per_minute(history: _History) -> float:
    """Invocations of the last minute; a younger history is not scaled up, as a burst is no rate."""
    (_, first), (_, last) = history.counts[0], history.counts[-1]
    return float(last - first)


def _backend(endpoint: HostedEndpoint) -> Any:
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    return applicationautoscaling_backends[endpoint.stack.account_id][endpoint.stack.region]


def _resource(endpoint: HostedEndpoint, variant: str) -> str:
    return f"endpoint/{endpoint.name}/variant/{variant}"


def _target(endpoint: HostedEndpoint, variant: str) -> Any:
    backend = _backend(endpoint)
    with MOTO_LOCK:
        return backend.targets.get(_DIMENSION, {}).get(_resource(endpoint, variant))


def _policies(endpoint: HostedEndpoint, variant: str) -> Iterator[Mapping[str, Any]]:
    """The target-tracking configurations of the variant that follow its invocations per instance."""
    with MOTO_LOCK:
        policies = list(_backend(endpoint).policies.values())
    for policy in policies:
        configuration = policy.target_tracking_scaling_policy_configuration
        if policy.resource_id != _resource(endpoint, variant) or not configuration:
            continue
        predefined = configuration.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
        if predefined == _METRIC:
            yield configuration


def _suspended(target: Any) -> Mapping[str, bool]:
    return target.suspended_state if isinstance(target.suspended_state, Mapping) else {}


def _wanted(endpoint: HostedEndpoint, fleet: VariantFleet, history: _History, target: Any, now: float) -> int:
    """How many instances the variant should have."""
    least, most = int(target.min_capacity or 0), int(target.max_capacity or fleet.count)
    suspended = _suspended(target)
    wanted = fleet.count
    for policy in _policies(endpoint, fleet.name):
        value = policy["TargetValue"]
        rate = _per_minute(history)
        needed = math.ceil(rate / value) if value > 0 else fleet.count
        if needed > fleet.count:
            if now - history.scaled_out >= policy.get("ScaleOutCooldown", _COOLDOWN_SECONDS):
                wanted = max(wanted, needed)
        elif (
            needed < fleet.count
            and wanted <= fleet.count
            and rate / fleet.count < value * _SCALE_IN_BELOW
            and not policy.get("DisableScaleIn", False)
            and now - max(history.scaled_in, history.scaled_out) >= policy.get("ScaleInCooldown", _COOLDOWN_SECONDS)
            and now - history.counts[0][0] >= _WINDOW_SECONDS - _EVERY_SECONDS
        ):
            wanted = needed
    wanted = max(1, least, min(most, wanted))
    if wanted > fleet.count and suspended.get("DynamicScalingOutSuspended"):
        return fleet.count
    if wanted < fleet.count and suspended.get("DynamicScalingInSuspended"):
        return fleet.count
    return wanted
