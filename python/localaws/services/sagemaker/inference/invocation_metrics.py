"""What one invocation adds to an endpoint's metrics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from localaws.runtime.serving import InvocationResult
from localaws.services.sagemaker.inference.metrics import EndpointMetrics

if TYPE_CHECKING:
    from localaws.services.sagemaker.inference.fleet import VariantFleet

__all__ = ["answered", "loaded_models", "unanswered"]

_MODEL_ERROR = 424


def answered(fleet: VariantFleet, result: InvocationResult) -> dict[str, float]:
    """The values of a request that a container answered, whatever its status."""
    values = {
        **_counts(fleet, client=400 <= result.status < 500, server=result.status >= 500),
        "ModelLatency": float(result.latency_us),
        "OverheadLatency": float(result.overhead_us),
    }
    if fleet.model.multi_model:
        load = result.model_load
        values["ModelCacheHit"] = float(load is None)
        values["ModelLoadingWaitTime"] = float(load.wait_us) if load else 0.0
        if load:
            values["ModelDownloadingTime"] = float(load.download_us)
            values["ModelLoadingTime"] = float(load.load_us)
    return values


def unanswered(fleet: VariantFleet, status: int) -> dict[str, float]:
    """The values of a request that no container answered; `status` is what its caller gets."""
    return _counts(
        fleet, client=status < 500 and status != _MODEL_ERROR, server=status >= 500 or status == _MODEL_ERROR
    )


def loaded_models(metrics: EndpointMetrics, fleets: Iterable[VariantFleet]) -> None:
    """Add how many models each instance of the multi-model variants holds."""
    for fleet in fleets:
        if fleet.model.multi_model:
            for instance in fleet.instances:
                metrics.add(fleet.name, {"LoadedModelCount": float(len(instance.server.loaded_models()))})


def _counts(fleet: VariantFleet, *, client: bool, server: bool) -> dict[str, float]:
    return {
        "Invocations": 1.0,
        "InvocationsPerInstance": 1.0 / max(1, len(fleet.instances)),
        "Invocation4XXErrors": float(client),
        "Invocation5XXErrors": float(server),
    }
