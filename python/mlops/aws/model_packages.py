"""A registered model version and the metrics that were registered with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, error_code, is_not_found
from mlops.aws.s3 import read_object

__all__ = ["Metric", "ModelPackage", "read", "statistics_uri", "summary", "version_arn"]

_SHOWN = ("auc", "accuracy", "precision", "recall", "f1")


@dataclass(frozen=True)
class Metric:
    """One value with its standard deviation and confidence interval, where the report gives them."""

    value: float
    standard_deviation: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class ModelPackage:
    """A version in the Model Registry. ``metrics`` is empty where the version names no readable report."""

    arn: str
    group: str
    version: int
    approval: str
    metrics: Mapping[str, Metric]
    report_uri: str | None


def read(sagemaker: Any, s3: Any, arn: str) -> ModelPackage:
    """Describes a version and reads its metrics from S3."""
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    uri = statistics_uri(described)
    return ModelPackage(
        arn=arn,
        group=described["ModelPackageGroupName"],
        version=described["ModelPackageVersion"],
        approval=described["ModelApprovalStatus"],
        metrics=_metrics(_document(s3, uri)) if uri else {},
        report_uri=uri,
    )


def statistics_uri(described: Mapping[str, Any]) -> str | None:
    """Where a DescribeModelPackage answer says that the model-quality report is."""
    quality = described.get("ModelMetrics", {}).get("ModelQuality", {})
    uri = quality.get("Statistics", {}).get("S3Uri")
    return str(uri) if uri else None


def summary(package: ModelPackage) -> str:
    """A few lines for a person: the version, its approval state and its main metrics."""
    lines = [f"Registered {package.group} version {package.version}: {package.approval}", f"  {package.arn}"]
    for name in _SHOWN:
        metric = package.metrics.get(name)
        if metric is None:
            continue
        line = f"  {name:<10} {metric.value:.4f}"
        if metric.interval:
            line += f"  (95 % interval {metric.interval[0]:.4f} to {metric.interval[1]:.4f})"
        elif metric.standard_deviation is not None:
            line += f"  (standard deviation {metric.standard_deviation:.4f})"
        lines.append(line)
    if not package.metrics:
        lines.append(f"  no metrics could be read from {package.report_uri or 'the version: it names no report'}")
    return "\n".join(lines)


def version_arn(sagemaker: Any, group: str, version: int) -> str:
    """The ARN of a version of a model package group.

    Raises:
        UserError: the group has no such version.
    """
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    versions = {
        found["ModelPackageVersion"]: found["ModelPackageArn"]
        for page in pages
        for found in page["ModelPackageSummaryList"]
    }
    if version not in versions:
        there = ", ".join(map(str, sorted(versions))) or "none"
        raise UserError(f"{group} has no version {version}; there are: {there}")
    return str(versions[version])


def _document(s3: Any, uri: str) -> Mapping[str, Any]:
    try:
        loaded = json.loads(read_object(s3, uri))
    except ClientError as error:
        if not is_not_found(error) and error_code(error) != "AccessDenied":
            raise
        return {}
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _metrics(report: Mapping[str, Any]) -> dict[str, Metric]:
    intervals = report.get("confidence_intervals_95", {})
    found: dict[str, Metric] = {}
    for name, entry in report.get("binary_classification_metrics", {}).items():
        value = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(value, int | float):
            continue
        deviation, interval = entry.get("standard_deviation"), intervals.get(name)
        found[name] = Metric(
            float(value),
            float(deviation) if isinstance(deviation, int | float) else None,  # the string "NaN" where unknown
            (float(interval["lower"]), float(interval["upper"])) if isinstance(interval, dict) else None,
        )
    return found
