"""An endpoint's CloudWatch metrics, collected in memory and published in batches.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["NAMESPACE", "EndpointMetrics"]

NAMESPACE = "AWS/SageMaker"
_UNITS = {
    "Invocations": "None",
    "InvocationsPerInstance": "None",
    "Invocation4XXErrors": "None",
    "Invocation5XXErrors": "None",
    "InvocationModelErrors": "None",
    "ModelLatency": "Microseconds",
    "OverheadLatency": "Microseconds",
    "ModelDownloadingTime": "Microseconds",
    "ModelLoadingWaitTime": "Microseconds",
    "ModelLoadingTime": "Microseconds",
    "ModelCacheHit": "None",
    "LoadedModelCount": "None",
}


class EndpointMetrics:
    """Counts of one endpoint by variant; `add` is for every request, `publish` for a timer."""

    def __init__(self, stack: Account, endpoint: str) -> None:
        self._stack, self._endpoint = stack, endpoint
        self._lock = threading.Lock()
        # (variant, metric) → [sample count, sum, minimum, maximum]
        self._sets: dict[tuple[str, str], list[float]] = {}

    def add(self, variant: str, values: Mapping[str, float]) -> None:
        """Take one value of each named metric into the present batch."""
        with self._lock:
            for metric, value in values.items():
                found = self._sets.get((variant, metric))
                if found is None:
                    self._sets[variant, metric] = [1, value, value, value]
                else:
                    found[0] += 1
                    found[1] += value
                    found[2] = min(found[2], value)
                    found[3] = max(found[3], value)

    def publish(self) -> None:
        """Hand the batch to CloudWatch as statistic sets; moto stamps them with the present time."""
        with self._lock:
            sets, self._sets = self._sets, {}
        if not sets:
            return
        backend = backends.cloudwatch(self._stack.account_id, self._stack.region)
        data = list(self._data(sets.items()))
        with MOTO_LOCK:
            backend.put_metric_data(NAMESPACE, data)

    def _data(self, sets: Iterable[tuple[tuple[str, str], list[float]]]) -> Iterable[dict[str, Any]]:
        for (variant, metric), (count, total, least, most) in sets:
            yield {
                "MetricName": metric,
                "Dimensions": [
                    {"Name": "EndpointName", "Value": self._endpoint},
                    {"Name": "VariantName", "Value": variant},
                ],
                "Unit": _UNITS[metric],
                "StatisticValues": {"SampleCount": count, "Sum": total, "Minimum": least, "Maximum": most},
            }
