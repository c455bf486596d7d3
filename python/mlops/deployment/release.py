"""Which model a deployment brings: a registered version, which must be approved, or a model that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UsageError, UserError, is_not_found
from mlops.deployment.configuration import model_name
from mlops.deployment.serving import Serving, containers

__all__ = ["Release", "check_approved", "of_model", "of_version"]

# The members of a model that its successor takes over: they are the deployment's own, not the version's.
_KEPT = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")


@dataclass(frozen=True)
class Release:
    """``said`` names it for people; ``create`` is the CreateModel request, without tags, where it is to be made."""

    model: str
    said: str
    create: dict[str, Any] | None = None


def of_version(sagemaker: Any, student_id: str, arn: str, serving: Serving, ending: str) -> Release:
    """The release of a registered version, as a new model with the role and network of the one in service.

    Raises:
        UserError: there is no such version, it is not approved, or the endpoint cannot serve it.
        UsageError: it is an ARN of something else.
    """
    if ":model-package/" not in arn:
        raise UsageError(f"{arn} is no model package: give its ARN, a version's number, or a model's name")
    if _is_multi_model(serving.model):
        raise UserError(f"{serving.endpoint} serves several models, and a version is one: add it with mlops models add")
    described = _described(sagemaker, arn)
    said = check_approved(described)
    name = model_name(student_id, described.get("ModelPackageVersion"), ending)
    kept = {member: serving.model[member] for member in _KEPT if member in serving.model}
    return Release(name, said, {"ModelName": name, "Containers": [{"ModelPackageName": arn}], **kept})


def of_model(sagemaker: Any, student_id: str, asked: str, serving: Serving) -> Release:
    """The release of a model that exists.

    Raises:
        UserError: there is no such model, its version is not approved, or the endpoint cannot serve it.
    """
    many = _is_multi_model(serving.model)
    try:
        model = sagemaker.describe_model(ModelName=asked)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise UserError(
            f"there is no model {asked}: give a version's number, a model package's ARN, or the name of a model "
            f"(aws sagemaker list-models --name-contains {student_id})"
        ) from error
    if many != _is_multi_model(model):
        raise UserError(
            f"{serving.endpoint} serves {'several models' if many else 'one model'}, and {asked} is made for "
            f"{'one' if many else 'several'}: its clients would send requests that are refused"
        )
    for container in containers(model):
        if "ModelPackageName" in container:
            check_approved(_described(sagemaker, container["ModelPackageName"]))
    return Release(asked, f"model {asked}")


def _is_multi_model(model: dict[str, Any]) -> bool:
    return any(container.get("Mode") == "MultiModel" for container in containers(model))


def check_approved(described: Mapping[str, Any]) -> str:
    """What a model package is called, by its DescribeModelPackage answer; raises UserError unless it is approved."""
    version = described.get("ModelPackageVersion")
    said = f"{described['ModelPackageGroupName']} version {version}" if version else str(described["ModelPackageName"])
    status = described.get("ModelApprovalStatus", "Approved")  # a package outside of a group has none
    if status != "Approved":
        raise UserError(
            f"{said} is {status}: only approved versions are deployed; approve it with: aws sagemaker "
            f"update-model-package --model-package-arn {described['ModelPackageArn']} --model-approval-status Approved"
        )
    return said


def _described(sagemaker: Any, arn: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = sagemaker.describe_model_package(ModelPackageName=arn)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise UserError(f"there is no model package {arn}: aws sagemaker list-model-packages lists them") from error
    return found
