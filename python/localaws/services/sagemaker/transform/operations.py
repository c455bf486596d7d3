"""Transform jobs: CreateTransformJob and its siblings.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.inference.served_model import served_model
from localaws.services.sagemaker.jobs import checks
from localaws.services.sagemaker.jobs.lifecycle import start
from localaws.services.sagemaker.plain import describe, list_family
from localaws.services.sagemaker.transform.checks import check
from localaws.services.sagemaker.transform.life import run
from localaws.services.sagemaker.transform.log import GROUP

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

FAMILY = "TransformJob"


def create_transform_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """CreateTransformJob: check, record, and start in the background."""
    name = request["TransformJobName"]
    checks.check_name_is_free(stack, FAMILY, name)
    model = served_model(stack, request["ModelName"])
    check(request, model)
    for container in model.containers:
        checks.check_server(stack, container.image)
    if model.role_arn is None:
        raise validation_error(
            f"Model {model.name} has no ExecutionRoleArn, with which a transform job reads and writes S3: create the "
            "model with a role."
        )
    credentials = stack.assume_role(model.role_arn, stack.store.arn_of(FAMILY, name))
    described = checks.echo("DescribeTransformJob", request) | {"TransformJobStatus": "InProgress"}
    record = stack.store.create(FAMILY, name, described, request.get("Tags", ()))
    # The job goes on with the model as it was, even if that is deleted meanwhile.
    record.internal["model"] = model
    start(stack, record, credentials, GROUP, run)
    return {"TransformJobArn": record.arn}


def stop_transform_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """StopTransformJob."""
    checks.stop(stack, stack.store.get(FAMILY, request["TransformJobName"]), "transform job")
    return {}


OPERATIONS: dict[str, Handler] = {
    "CreateTransformJob": create_transform_job,
    "DescribeTransformJob": describe(FAMILY),
    "ListTransformJobs": list_family(FAMILY),
    "StopTransformJob": stop_transform_job,
}
