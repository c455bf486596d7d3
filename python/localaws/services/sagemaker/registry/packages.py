"""Model packages: versions of a group, and unversioned ones.

The store's name of a version is `{group}/{version}`, the tail of its ARN; its Describe response has the group and the
version in place of a name (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.api.errors import AwsError, validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.context import user_context

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler
    from localaws.store import Record

__all__ = ["OPERATIONS"]

_KIND = "ModelPackage"
_MAX_CUSTOMER_METADATA = 50
_NOT_DESCRIBED = ("Tags", "ClientToken", "ModelPackageGroupName", "ModelPackageName")
# What UpdateModelPackage replaces as it is sent.
_REPLACED = (
    "ApprovalDescription",
    "InferenceSpecification",
    "ModelApprovalStatus",
    "ModelCard",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
    "SourceUri",
)
_BATCH_SUMMARY = (
    "CreationTime",
    "InferenceSpecification",
    "ModelApprovalStatus",
    "ModelPackageArn",
    "ModelPackageDescription",
    "ModelPackageGroupName",
    "ModelPackageRegistrationType",
    "ModelPackageStatus",
    "ModelPackageVersion",
)


def _create(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    group, name = request.get("ModelPackageGroupName"), request.get("ModelPackageName")
    if group and name:
        raise validation_error(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if not group and not name:
        raise validation_error("Missing ARN.")
    described = {member: value for member, value in request.items() if member not in _NOT_DESCRIBED}
    described |= {
        "CreatedBy": user_context(caller),
        "LastModifiedTime": None,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ImageScanStatuses": [], "ValidationStatuses": []},
    }
    described.setdefault("CertifyForMarketplace", False)
    with stack.store.locked():
        if again := _created_with(stack, request.get("ClientToken")):
            return {"ModelPackageArn": again.arn}
        record = _create_version(stack, request, described) if group else _create_unversioned(stack, request, described)
        record.internal["token"] = request.get("ClientToken")
    return {"ModelPackageArn": record.arn}


def _create_version(stack: Account, request: dict[str, Any], described: dict[str, Any]) -> Record:
    if request.get("Tags"):
        raise validation_error(
            "Tags cannot be given for a versioned model package: it has the tags of its model package group."
        )
    group = stack.store.get("ModelPackageGroup", request["ModelPackageGroupName"])
    version = group.internal["versions"] + 1
    described |= {"ModelPackageGroupName": group.name, "ModelPackageVersion": version}
    described.setdefault("ModelApprovalStatus", "PendingManualApproval")
    record = stack.store.create(_KIND, f"{group.name}/{version}", described)
    # A number is never used twice, even when its version has been deleted.
    group.internal["versions"] = version
    return record


def _create_unversioned(stack: Account, request: dict[str, Any], described: dict[str, Any]) -> Record:
    if "ModelApprovalStatus" in request:
        raise validation_error("ModelApprovalStatus cannot be given for an unversioned model package.")
    if not {"InferenceSpecification", "SourceAlgorithmSpecification"} & set(request):
        raise validation_error(
            "An unversioned model package needs InferenceSpecification or SourceAlgorithmSpecification."
        )
    name = request["ModelPackageName"]
    return stack.store.create(_KIND, name, {**described, "ModelPackageName": name}, request.get("Tags", ()))


def _created_with(stack: Account, token: str | None) -> Record | None:
    """The package that an earlier request with the same ClientToken made."""
    if token is None:
        return None
    return next(iter(stack.store.records(_KIND, lambda record: record.internal.get("token") == token)), None)


def _describe(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    return stack.store.describe(stack.store.get(_KIND, request["ModelPackageName"]))


def _list(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Unversioned packages, unless a group or a type is asked for."""
    if given := request.get("ModelPackageGroupName"):
        group = stack.store.get("ModelPackageGroup", given)
        return stack.store.list(
            _KIND, request, where=lambda record: record.described.get("ModelPackageGroupName") == group.name
        )
    kind = request.get("ModelPackageType", "Unversioned")
    return stack.store.list(
        _KIND,
        request,
        where=lambda record: kind == "Both" or ("ModelPackageVersion" in record.described) == (kind == "Versioned"),
    )


def _update(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    with stack.store.locked():
        record = stack.store.get(_KIND, request["ModelPackageArn"])
        if "ModelApprovalStatus" in request and "ModelPackageVersion" not in record.described:
            raise validation_error(
                f"ModelApprovalStatus cannot be updated for the unversioned model package {record.arn}."
            )
        changes = {member: request[member] for member in _REPLACED if member in request}
        if {"CustomerMetadataProperties", "CustomerMetadataPropertiesToRemove"} & set(request):
            changes["CustomerMetadataProperties"] = _metadata(record, request)
        if added := request.get("AdditionalInferenceSpecificationsToAdd"):
            changes["AdditionalInferenceSpecifications"] = _specifications(record, added)
        stack.store.update(record, **changes, LastModifiedBy=user_context(caller))
    return {"ModelPackageArn": record.arn}


def _metadata(record: Record, request: dict[str, Any]) -> dict[str, str] | None:
    """The customer metadata after the update; None where none is left."""
    merged = {**record.described.get("CustomerMetadataProperties", {}), **request.get("CustomerMetadataProperties", {})}
    for key in request.get("CustomerMetadataPropertiesToRemove", ()):
        merged.pop(key, None)
    if len(merged) > _MAX_CUSTOMER_METADATA:
        raise validation_error(
            f"{record.arn} would have {len(merged)} customer metadata properties: at most {_MAX_CUSTOMER_METADATA} are "
            "allowed. Remove some with CustomerMetadataPropertiesToRemove."
        )
    return merged or None


def _specifications(record: Record, added: list[dict[str, Any]]) -> list[dict[str, Any]]:
    present = record.described.get("AdditionalInferenceSpecifications", [])
    names = [specification["Name"] for specification in [*present, *added]]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise validation_error(f"Additional inference specification names must be unique: {', '.join(twice)}.")
    return [*present, *added]


def _delete(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    stack.store.delete(_KIND, request["ModelPackageName"])
    return {}


def _batch_describe(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    errors: dict[str, dict[str, str]] = {}
    for arn in request["ModelPackageArnList"]:
        try:
            described = stack.store.describe(stack.store.get(_KIND, arn))
        except AwsError as error:
            errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
        else:
            found[arn] = {member: described[member] for member in _BATCH_SUMMARY if member in described}
    response: dict[str, Any] = {"ModelPackageSummaries": found}
    if errors:
        response["BatchDescribeModelPackageErrorMap"] = errors
    return response


OPERATIONS: dict[str, Handler] = {
    "BatchDescribeModelPackage": _batch_describe,
    "CreateModelPackage": _create,
    "DeleteModelPackage": _delete,
    "DescribeModelPackage": _describe,
    "ListModelPackages": _list,
    "UpdateModelPackage": _update,
}
