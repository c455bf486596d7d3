"""Task 4: a model package group with versions that carry metrics, approval states, and what deploying them takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.metrics import metrics_fault
from mlops.validate.results import CheckFailed, Evidence, NotOwnedError, Result
from mlops.validate.search import Listing, find
from mlops.validate.stored_models import containers_fault

__all__ = ["BUILT", "MAX_VERSIONS", "REMEDY", "TITLE", "check"]

TITLE = "Model Registry"
REMEDY = "terraform apply -var student_id={student_id}"
BUILT = True

MAX_VERSIONS = 20  # the newest ones of a group, whose archives and reports are read
_APPROVAL_STATES = {"PendingManualApproval", "Approved", "Rejected"}
_MAX_FAULTS = 3
_GROUPS = Listing(
    "model package group", "list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroup"
)


def check(account: Account) -> Result:
    """At least one of the newest versions of one of the student's groups must be complete."""
    remedy = REMEDY.format(student_id=account.student_id)
    return find(account, _GROUPS, lambda group: _examined(account, group), remedy)


def _examined(account: Account, group: dict[str, Any]) -> Result:
    name, arn = _GROUPS.name(group), _GROUPS.arn(group)
    found = Evidence(arn, group["ModelPackageGroupStatus"], group["CreationTime"])
    run = f"mlops run pipeline {account.student_id}"
    versions = _versions(account, name)
    newest = next(versions, None)
    _check_owner(account, name, arn, newest)
    if newest is None:
        raise CheckFailed(f"{name} has no versions", run, found)
    described = [newest, *itertools.islice(versions, MAX_VERSIONS)]
    more = len(described) > MAX_VERSIONS
    examined = [(version, _fault(account, version)) for version in described[:MAX_VERSIONS]]
    complete = [version for version, fault in examined if fault is None]
    faults = [(version, f"{_label(version)} {fault}") for version, fault in examined if fault]
    if not complete:
        raise CheckFailed(faults[0][1], run, found, _evidence(newest))
    states = ", ".join(sorted({version["ModelApprovalStatus"] for version in complete}))
    message = f"{len(complete)} of {'the newest ' if more else ''}{len(examined)} versions complete: {states}"
    incomplete = tuple(Evidence(version["ModelPackageArn"], fault) for version, fault in faults[:_MAX_FAULTS])
    return Result(True, message, (found, _evidence(complete[0]), *incomplete))


def _check_owner(account: Account, name: str, arn: str, newest: dict[str, Any] | None) -> None:
    """A group has no artifacts of its own: without a tag, those of its newest version say whose it is."""
    try:
        account.ownership.check(name, arn, newest)
    except NotOwnedError as other:
        if newest is None and account.ownership.tag_of(arn) is None and str(other):
            raise NotOwnedError(f"{name} has no tag StudentId and no versions") from other
        raise


def _versions(account: Account, group: str) -> Iterator[dict[str, Any]]:
    """DescribeModelPackage answers of a group's versions, newest first."""
    listed = account.every(
        "sagemaker",
        "list_model_packages",
        "ModelPackageSummaryList",
        ModelPackageGroupName=group,
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    for version in listed:
        try:
            yield account.ask("sagemaker", "describe_model_package", ModelPackageName=version["ModelPackageArn"])
        except ClientError:  # deleted since it was listed
            continue


def _fault(account: Account, version: dict[str, Any]) -> str | None:
    """What a version lacks, or ``None``."""
    if version["ModelPackageStatus"] != "Completed":
        return f"is {version['ModelPackageStatus']}, not Completed"
    if version.get("ModelApprovalStatus") not in _APPROVAL_STATES:
        return "has no approval state"
    if foreign := account.ownership.foreign(version):
        return f"uses {foreign}, which is not in the student's bucket {account.ownership.bucket}"
    return metrics_fault(account, version) or _deployment_fault(account, version.get("InferenceSpecification", {}))


def _deployment_fault(account: Account, specification: dict[str, Any]) -> str | None:
    containers = specification.get("Containers", [])
    if not containers:
        return "has no inference specification: it could not be deployed"
    if fault := containers_fault(account, containers):
        return fault
    if not specification.get("SupportedContentTypes"):
        return "does not say which content types it takes"
    return None


def _label(version: dict[str, Any]) -> str:
    return f"version {version.get('ModelPackageVersion')}"


def _evidence(version: dict[str, Any]) -> Evidence:
    return Evidence(
        version["ModelPackageArn"], version.get("ModelApprovalStatus", "no approval state"), version["CreationTime"]
    )
