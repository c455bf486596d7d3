"""The model registry: model package groups, their policies, and model packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.api.errors import conflict, validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.context import user_context
from localaws.services.sagemaker.plain import describe, list_family

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler
    from localaws.store import Record

__all__ = ["OPERATIONS"]


def _create_group(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    name = request["ModelPackageGroupName"]
    described = {member: value for member, value in request.items() if member != "Tags"}
    described |= {"ModelPackageGroupStatus": "Completed", "CreatedBy": user_context(caller)}
    record = stack.store.create("ModelPackageGroup", name, described, request.get("Tags", ()), internal={"versions": 0})
    return {"ModelPackageGroupArn": record.arn}


def _delete_group(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    with stack.store.locked():
        group = stack.store.get("ModelPackageGroup", request["ModelPackageGroupName"])
        if stack.store.records("ModelPackage", lambda record: _in_group(record, group)):
            raise conflict(
                f"Model Package Group {group.arn} cannot be deleted because it still contains Model Packages. "
                "Delete all model packages in the group and try again."
            )
        stack.store.delete("ModelPackageGroup", group.name)
    return {}


def _in_group(record: Record, group: Record) -> bool:
    return record.described.get("ModelPackageGroupName") == group.name


def _group_with_policy(stack: Account, name: str, *, must_have_policy: bool) -> Record:
    group = stack.store.find("ModelPackageGroup", name)
    if group is None:
        raise validation_error(f"Cannot find Model Package Group: {name}")
    if must_have_policy and "policy" not in group.internal:
        raise validation_error(f"Cannot find resource policy for Model Package Group: {group.arn}")
    return group


def _put_policy(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    group = _group_with_policy(stack, request["ModelPackageGroupName"], must_have_policy=False)
    group.internal["policy"] = request["ResourcePolicy"]
    return {"ModelPackageGroupArn": group.arn}


def _get_policy(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    group = _group_with_policy(stack, request["ModelPackageGroupName"], must_have_policy=True)
    return {"ResourcePolicy": group.internal["policy"]}


def _delete_policy(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    group = _group_with_policy(stack, request["ModelPackageGroupName"], must_have_policy=True)
    del group.internal["policy"]
    return {}


OPERATIONS: dict[str, Handler] = {
    "CreateModelPackageGroup": _create_group,
    "DescribeModelPackageGroup": describe("ModelPackageGroup"),
    "ListModelPackageGroups": list_family("ModelPackageGroup"),
    "DeleteModelPackageGroup": _delete_group,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
}
