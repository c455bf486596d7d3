"""Task 4: a model package group with versions that carry metrics, approval states, and what deploying them takes."""

from __future__ import annotations

import json
from typing import Any

from mlops.operate.package import statistics_uri
from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Model Registry"
REMEDY = "terraform apply -var student_id={student_id}"

_APPROVAL_STATES = {"PendingManualApproval", "Approved", "Rejected"}


def check(account: Account) -> Result:
    """At least one version of one of the student's groups must be complete; the first fault found is told otherwise."""
    groups = [
        group
        for group in account.every(
            "sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList", NameContains=account.student_id
        )
        if account.is_hers(group["ModelPackageGroupName"], group["ModelPackageGroupArn"])
    ]
    if not groups:
        apply = REMEDY.format(student_id=account.student_id)
        raise Miss(f"no model package group has {account.student_id} in its name", apply)
    found = tuple(
        Evidence(group["ModelPackageGroupArn"], group["ModelPackageGroupStatus"], group["CreationTime"])
        for group in groups
    )
    versions = [version for group in groups for version in _versions(account, group["ModelPackageGroupName"])]
    run = f"mlops run pipeline {account.student_id}"
    if not versions:
        raise Miss("the model package group has no versions", run, *found)
    faults = {version["ModelPackageArn"]: _fault(account, version) for version in versions}
    sound = [version for version in versions if faults[version["ModelPackageArn"]] is None]
    if not sound:
        latest = versions[0]
        raise Miss(f"{faults[latest['ModelPackageArn']]}", run, *found, _evidence(latest))
    states = ", ".join(sorted({version["ModelApprovalStatus"] for version in sound}))
    return Result(True, f"{len(sound)} of {len(versions)} versions complete: {states}", (*found, _evidence(sound[0])))


def _versions(account: Account, group: str) -> list[dict[str, Any]]:
    """DescribeModelPackage answers of a group's versions, newest first."""
    listed = account.every(
        "sagemaker",
        "list_model_packages",
        "ModelPackageSummaryList",
        ModelPackageGroupName=group,
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    return [
        account.ask("sagemaker", "describe_model_package", ModelPackageName=version["ModelPackageArn"])
        for version in listed
    ]


def _fault(account: Account, version: dict[str, Any]) -> str | None:
    """What a version lacks, or ``None``."""
    label = f"version {version.get('ModelPackageVersion')}"
    if version["ModelPackageStatus"] != "Completed":
        return f"{label} is {version['ModelPackageStatus']}, not Completed"
    if version.get("ModelApprovalStatus") not in _APPROVAL_STATES:
        return f"{label} has no approval state"
    uri = statistics_uri(version)
    if uri is None:
        return f"{label} was registered without metrics"
    if account.stored(uri) is None:
        return f"{label} names metrics at {uri}, where there is no object"
    if not _has_numbers(account.content(uri)):
        return f"{label} names metrics at {uri}, which hold no metric with a value"
    return _deployment_fault(account, label, version.get("InferenceSpecification", {}))


def _deployment_fault(account: Account, label: str, specification: dict[str, Any]) -> str | None:
    containers = specification.get("Containers", [])
    if not containers:
        return f"{label} has no inference specification: it could not be deployed"
    for container in containers:
        uri = container.get("ModelDataUrl")
        if uri and account.stored(uri) is None:
            return f"{label} names model data at {uri}, where there is no object"
    if not any(container.get("ModelDataUrl") or container.get("ModelDataSource") for container in containers):
        return f"{label} names no model data"
    if not specification.get("SupportedContentTypes"):
        return f"{label} does not say which content types it takes"
    return None


def _has_numbers(report: bytes) -> bool:
    """Whether a report in the Model Registry's format (groups of metrics, each with ``value``) holds a number."""
    try:
        document = json.loads(report)
    except ValueError:
        return False
    groups = document.values() if isinstance(document, dict) else ()
    return any(
        isinstance(metric, dict)
        and isinstance(metric.get("value"), int | float)
        and not isinstance(metric.get("value"), bool)
        for group in groups
        if isinstance(group, dict)
        for metric in group.values()
    )


def _evidence(version: dict[str, Any]) -> Evidence:
    return Evidence(
        version["ModelPackageArn"], version.get("ModelApprovalStatus", "no approval state"), version["CreationTime"]
    )
