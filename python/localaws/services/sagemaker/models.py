"""Models: what CreateModel checks before it stores one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localaws.api.errors import validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.jobs.s3 import DataError, place
from localaws.services.sagemaker.plain import plain_operations

if TYPE_CHECKING:
    import boto3

    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS", "approved_package"]

_PLAIN = plain_operations("Model")
_MISSING = {"404", "NoSuchBucket", "NoSuchKey"}


def _create(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    if ("PrimaryContainer" in request) == bool(request.get("Containers")):
        raise validation_error("Exactly one of PrimaryContainer and Containers must be given for a model.")
    containers = request.get("Containers") or [request["PrimaryContainer"]]
    hostnames = [each.get("ContainerHostname", f"container-{number}") for number, each in enumerate(containers, 1)]
    if twice := next((name for name in hostnames if hostnames.count(name) > 1), None):
        raise validation_error(f"Containers of a model need different hostnames, and two have {twice!r}: change one.")
    for container in containers:
        if package := container.get("ModelPackageName"):
            approved_package(stack, package)
        elif "Image" not in container:
            raise validation_error("Every container of a model needs Image or ModelPackageName.")
        if "AdditionalModelDataSources" in container:
            raise validation_error(
                "AdditionalModelDataSources is not supported by the local stack: put the data into the model's own "
                "archive or prefix."
            )
    if role := request.get("ExecutionRoleArn"):
        session = stack.session_for_role(role, stack.store.arn_of("Model", request["ModelName"]))
        for container in containers:
            # A multi-model container names a prefix, which may fill up later.
            if "ModelDataUrl" in container and container.get("Mode") != "MultiModel":
                _check_model_data(session, container["ModelDataUrl"], role, stack.region)
    return _PLAIN["CreateModel"](stack, request, caller)


def approved_package(stack: Account, name_or_arn: str) -> dict[str, Any]:
    """The description of a model package that may be deployed; raises the refusal of one that may not."""
    package = stack.store.describe(stack.store.get("ModelPackage", name_or_arn))
    # A package without a group is not approved or rejected.
    status = package.get("ModelApprovalStatus", "Approved")
    if status != "Approved":
        raise validation_error(
            f"Model package {package['ModelPackageArn']} cannot be deployed: its ModelApprovalStatus is {status}. "
            "Approve the package (UpdateModelPackage, ModelApprovalStatus Approved) and try again."
        )
    return package


def _check_model_data(session: boto3.Session, url: str, role: str, region: str) -> None:
    """Refuse a model whose artifact the role cannot read, as AWS does."""
    try:
        where = place(url)
    except DataError as error:
        raise validation_error(str(error)) from error
    if not where.key:
        raise validation_error(f"Could not find model data at {url}.")
    try:
        session.client("s3").head_object(Bucket=where.bucket, Key=where.key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise validation_error(f"Could not find model data at {url}.") from error
        raise validation_error(
            f'Could not access model data at {url}. Please ensure that the role "{role}" exists and that its trust '
            'relationship policy allows the action "sts:AssumeRole" for the service principal '
            '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object '
            f"is located in {region}."
        ) from error


OPERATIONS: dict[str, Handler] = {**_PLAIN, "CreateModel": _create}
