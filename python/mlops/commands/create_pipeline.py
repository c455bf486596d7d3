"""Creates or updates the training pipeline from the definition that Terraform published."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from mlops.aws import clients, names
from mlops.aws.errors import UserError, error_code, is_not_found
from mlops.aws.published import published_text
from mlops.aws.roles import check_role, check_role_arn

__all__ = ["Pipeline", "create_or_update", "main"]


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
    definition = published_text(
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


def create_or_update(sagemaker: Any, name: str, definition: str, role_arn: str) -> Pipeline:
    """Makes the pipeline what the definition and the role say; sends nothing when it already is.

    What this call does not name (display name, description, tags) stays as Terraform set it, and the definition goes
    as the same text, so a later ``terraform plan`` is empty.
    """
    try:
        current = sagemaker.describe_pipeline(PipelineName=name)
    except ClientError as error:
        if not is_not_found(error):
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
