"""Which model a deployment brings: a registered version, which must be approved, or a model that is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import model_packages, names
from mlops.aws.errors import NOT_FOUND, UsageError, UserError, error_code
from mlops.deployment.configuration import model_name
from mlops.deployment.serving import Serving, containers

__all__ = ["Release", "find"]

# The members of a model that its successor takes over: they are the deployment's own, not the version's.
_KEPT = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")


@dataclass(frozen=True)
class Release:
    """``said`` names it for people; ``create`` is the CreateModel request, without tags, where it is to be made."""

    model: str
    said: str
    create: dict[str, Any] | None = None


def find(sagemaker: Any, student_id: str, asked: str, serving: Serving, ending: str) -> Release:
    """What ``asked`` is: a version's number, a model package's ARN, or a model's name.

    Raises:
        UserError: there is no such version or model, it is not approved, or the endpoint cannot serve it.
        UsageError: it is an ARN of something else.
    """
    many = any(container.get("Mode") == "MultiModel" for container in containers(serving.model))
    if asked.isdecimal() or asked.startswith("arn:"):
        if asked.startswith("arn:") and ":model-package/" not in asked:
            raise UsageError(f"{asked} is no model package: give its ARN, a version's number, or a model's name")
        group = names.model_package_group(student_id)
        arn = asked if asked.startswith("arn:") else model_packages.version_arn(sagemaker, group, int(asked))
        if many:
            raise UserError(
                f"{serving.endpoint} serves several models, and a version is one: add it with mlops models add"
            )
        said, version = _approved(sagemaker, arn)
        name = model_name(student_id, version, ending)
        kept = {member: serving.model[member] for member in _KEPT if member in serving.model}
        return Release(name, said, {"ModelName": name, "Containers": [{"ModelPackageName": arn}], **kept})
    try:
        model = sagemaker.describe_model(ModelName=asked)
    except ClientError as error:
        if error_code(error) not in NOT_FOUND:
            raise
        raise UserError(
            f"there is no model {asked}: give a version's number, a model package's ARN, or the name of a model "
            f"(aws sagemaker list-models --name-contains {student_id})"
        ) from error
    if many != any(container.get("Mode") == "MultiModel" for container in containers(model)):
        raise UserError(
            f"{serving.endpoint} serves {'several models' if many else 'one model'}, and {asked} is made for "
            f"{'one' if many else 'several'}: its clients would send requests that are refused"
        )
    for container in containers(model):
        if "ModelPackageName" in container:
            _approved(sagemaker, container["ModelPackageName"])
    return Release(asked, f"model {asked}")


def _approved(sagemaker: Any, arn: str) -> tuple[str, int | None]:
    """What a package is called, and its version.

    Raises:
        UserError: there is none, or it is not approved.
    """
    try:
        described = sagemaker.describe_model_package(ModelPackageName=arn)
    except ClientError as error:
        if error_code(error) not in NOT_FOUND:
            raise
        raise UserError(f"there is no model package {arn}: aws sagemaker list-model-packages lists them") from error
    version = described.get("ModelPackageVersion")
    said = f"{described['ModelPackageGroupName']} version {version}" if version else str(described["ModelPackageName"])
    status = described.get("ModelApprovalStatus", "Approved")  # a package outside of a group has none
    if status != "Approved":
        raise UserError(
            f"{said} is {status}: only approved versions are deployed; approve it with: aws sagemaker "
            f"update-model-package --model-package-arn {described['ModelPackageArn']} --model-approval-status Approved"
        )
    return said, version
