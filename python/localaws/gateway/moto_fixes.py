"""What moto gets wrong and clients of the stack notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws.errors import AwsError
from localaws.gateway.request import Request

if TYPE_CHECKING:
    from localaws.stack import Stack

__all__ = ["apply_fixes", "before"]


def apply_fixes(service: str) -> None:
    """Change moto's classes once the service's modules are loaded."""
    if service == "s3":
        _leave_bucket_policies_to_iam()


def before(stack: Stack, request: Request) -> None:
    """Refuse what moto would answer wrongly."""
    if request.scope is not None and request.scope.service == "sts" and request.operation == "AssumeRole":
        _check_trust(stack, request.form.get("RoleArn", ""))


def _leave_bucket_policies_to_iam() -> None:
    """moto reads a Deny under a condition that it does not know (aws:SecureTransport) as a Deny of every object call.

    Policies are stored and returned as they are; whether a request is allowed is for `localaws.iam.decide` alone.
    """
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL


def _check_trust(stack: Stack, role_arn: str) -> None:
    """moto gives credentials for roles that do not exist, and fails on roles that trust only a service."""
    scope = f"on resource: {role_arn}"
    if not stack.principals.trusts_any_principal(role_arn):
        raise AwsError(
            "AccessDenied",
            f"Not authorized to perform: sts:AssumeRole {scope}. The role must exist and its trust policy must name "
            "the caller (an AWS principal).",
            status=403,
        )
