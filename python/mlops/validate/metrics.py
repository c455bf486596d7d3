"""The metrics of a registered version: the report in S3, and the values that were recorded with the version."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.model_packages import statistics_uri
from mlops.validate.account import Account

__all__ = ["metrics_fault"]

_MAX_REPORT_BYTES = 16 * 1024**2


def metrics_fault(account: Account, version: Mapping[str, Any]) -> str | None:
    """What is wrong with the metrics of a DescribeModelPackage answer, or ``None``.

    The report is in the Model Registry's format: groups of metrics, each with ``value``. A metric of the same name in
    the version's customer metadata must have the report's value.
    """
    uri = statistics_uri(version)
    if uri is None:
        return "was registered without metrics"
    try:
        report = account.content(uri, max_bytes=_MAX_REPORT_BYTES)
    except ClientError:
        return f"names metrics at {uri}, where there is no object"
    if not report:
        return f"names metrics at {uri}, which is empty"
    try:
        document = json.loads(report)
    except (ValueError, RecursionError):
        return f"names metrics at {uri}, which is not JSON"
    values = _values(document)
    if not values:
        return f"names metrics at {uri}, which holds no metric with a value"
    return _digest_fault(version, uri, report) or _difference(
        version.get("CustomerMetadataProperties", {}), values, uri
    )


def _values(document: Any) -> dict[str, list[float]]:
    """Metric → its values in the report's groups."""
    found: dict[str, list[float]] = {}
    for group in document.values() if isinstance(document, dict) else ():
        for name, metric in group.items() if isinstance(group, dict) else ():
            value = metric.get("value") if isinstance(metric, dict) else None
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                found.setdefault(name, []).append(float(value))
    return found


def _digest_fault(version: Mapping[str, Any], uri: str, report: bytes) -> str | None:
    given = version["ModelMetrics"]["ModelQuality"]["Statistics"].get("ContentDigest", "").lower()
    if given.startswith("sha256:") and given.removeprefix("sha256:") != hashlib.sha256(report).hexdigest():
        return f"names metrics at {uri}, which was changed since: it has another SHA-256 than the version records"
    return None


def _difference(recorded: Mapping[str, str], values: Mapping[str, list[float]], uri: str) -> str | None:
    for name, text in recorded.items():
        if name not in values:
            continue
        try:
            value = float(text)
        except ValueError:
            return f"records {name} {text!r}, which is no number; {uri} has {values[name][0]:g}"
        if not any(_agrees(value, text, each) for each in values[name]):
            return f"records {name} {text}, and {uri} has {values[name][0]:.10g}"
    return None


def _agrees(value: float, text: str, reported: float) -> bool:
    """Whether a recorded value is the reported one, to the decimals that it is recorded with (two at least)."""
    decimals = len(text.lower().partition("e")[0].partition(".")[2])
    return abs(value - reported) <= max(0.5 * 10.0 ** -max(decimals, 2), 1e-6 * abs(reported))
