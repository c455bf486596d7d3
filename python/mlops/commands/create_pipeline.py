"""Creates or updates the training pipeline from the definition that Terraform published."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from mlops.aws import clients, names
from mlops.aws.errors import UsageError, UserError, error_code

__all__ = ["Pipeline", "check_role", "check_role_arn", "create_or_update", "main", "published_definition"]

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}")
_SERVICE = "sagemaker.amazonaws.com"
_ABSENT = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as it now stands and what was done to get there."""

    name: str
    arn: str
    change: Literal["created", "updated", "unchanged"]


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point's work: publishes one pipeline, prints its name and ARN and saves them as JSON."""
    parser = argparse.ArgumentParser(
        prog="create_pipeline.py",
        description="Create or update MLPipeline-{student_id} from the definition that `terraform apply` published.",
    )
    parser.add_argument("student_id", metavar="STUDENT_ID", type=str)
    parser.add_argument(
        "role_arn", metavar="ROLE_ARN", help="role that runs the pipeline: terraform output -raw pipeline_role_arn"
    )
    parser.add_argument("--bucket", help="where the definition is (default: sagemaker-STUDENT_ID)")
    parser.add_argument("--region", help="AWS region (default: the environment's)")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to save name and ARN (default: build/NAME.json)"
    )
    args = parser.parse_args(argv)

    student_id = names.check_student_id(args.student_id)
    check_role_arn(args.role_arn, "pipeline_role_arn")
    sagemaker = clients.client("sagemaker", args.region)
    name = names.pipeline_name(student_id)
    definition = published_definition(
        clients.client("s3", args.region),
        args.bucket or names.bucket_name(student_id),
        names.definition_key(student_id),
    )
    check_role(clients.client("iam", args.region), args.role_arn, "pipeline_role_arn")
    pipeline = create_or_update(sagemaker, name, definition, args.role_arn)

    file = args.output or Path("build", f"{name}.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"arn": pipeline.arn, "name": pipeline.name}, indent=2) + "\n", encoding="utf-8")
    print(f"{pipeline.change} {pipeline.name}\n{pipeline.arn}\nsaved to {file}")
    return 0


def published_definition(s3: Any, bucket: str, key: str) -> str:
    """Reads the pipeline definition exactly as Terraform wrote it.

    Raises:
        UserError: no such bucket or object, or it is not JSON.
    """
    try:
        body: str = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8")
        json.loads(body)
    except ClientError as error:
        if error_code(error) not in _ABSENT:
            raise
        missing = "bucket" if error_code(error) == "NoSuchBucket" else "definition"
        raise UserError(
            f"no {missing} at s3://{bucket}/{key}: run `terraform apply` first; "
            "a bucket of another name is given with --bucket"
        ) from error
    except ValueError as error:
        raise UserError(
            f"s3://{bucket}/{key} is not JSON ({error}): run `terraform apply` to publish it again"
        ) from error
    return body


def check_role_arn(role_arn: str, output: str) -> None:
    """Raises ``UsageError`` where this is no role's ARN; ``output`` is the Terraform output that has the right one."""
    if not _ROLE_ARN.fullmatch(role_arn):
        raise UsageError(
            f"role {role_arn!r} is not the ARN of an IAM role (arn:aws:iam::123456789012:role/name): {_right(output)}"
        )


def check_role(iam: Any, role_arn: str, output: str) -> None:
    """Makes sure that SageMaker can assume the role: CreatePipeline takes any, and executions fail then.

    Args:
        output: the Terraform output that has the right role.

    Raises:
        UserError: no such role, or it does not trust SageMaker. Who may not read roles is let through.
    """
    try:
        role = iam.get_role(RoleName=role_arn.rsplit("/", 1)[-1])["Role"]
    except ClientError as error:
        if error_code(error) != "NoSuchEntity":
            return
        raise UserError(f"the role {role_arn} does not exist: {_right(output)}") from error
    if role["Arn"] != role_arn:
        raise UserError(f"the role {role_arn} does not exist, {role['Arn']} does: {_right(output)}")
    if _SERVICE not in json.dumps(role["AssumeRolePolicyDocument"]):
        raise UserError(f"the role {role_arn} does not let {_SERVICE} assume it: {_right(output)}")


def _right(output: str) -> str:
    return f"take it from `terraform output -raw {output}`"


def create_or_update(sagemaker: Any, name: str, definition: str, role_arn: str) -> Pipeline:
    """Makes the pipeline what the definition and the role say; sends nothing when it already is.

    What this call does not name (display name, description, tags) stays as Terraform set it, and the definition goes
    as the same text, so a later ``terraform plan`` is empty.
    """
    try:
        current = sagemaker.describe_pipeline(PipelineName=name)
    except ClientError as error:
        if error_code(error) != "ResourceNotFound":
            raise
        arn = _sent(sagemaker.create_pipeline, name, definition, role_arn, PipelineDisplayName=name)
        return Pipeline(name, arn, "created")
    if current["PipelineDefinition"] == definition and current["RoleArn"] == role_arn:
        return Pipeline(name, current["PipelineArn"], "unchanged")
    return Pipeline(name, _sent(sagemaker.update_pipeline, name, definition, role_arn), "updated")


def _sent(operation: Any, name: str, definition: str, role_arn: str, **more: str) -> str:
    try:
        answer = operation(PipelineName=name, PipelineDefinition=definition, RoleArn=role_arn, **more)
    except ClientError as error:
        if error_code(error) != "ValidationException":
            raise
        message = error.response["Error"]["Message"]
        raise UserError(f"SageMaker refuses {name} with {role_arn}: {message}") from error
    return str(answer["PipelineArn"])
