"""Roles that SageMaker assumes, checked before anything is created with them."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UsageError, UserError, is_not_found

__all__ = ["check_role", "check_role_arn"]

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}")
_SERVICE = "sagemaker.amazonaws.com"


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
        if not is_not_found(error):
            return
        raise UserError(f"the role {role_arn} does not exist: {_right(output)}") from error
    if role["Arn"] != role_arn:
        raise UserError(f"the role {role_arn} does not exist, {role['Arn']} does: {_right(output)}")
    if _SERVICE not in json.dumps(role["AssumeRolePolicyDocument"]):
        raise UserError(f"the role {role_arn} does not let {_SERVICE} assume it: {_right(output)}")


def _right(output: str) -> str:
    return f"take it from `terraform output -raw {output}`"
