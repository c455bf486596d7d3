"""Roles that a service checks when a client hands them over; moto looks for the service's name and nothing else."""

from __future__ import annotations

import json
from types import SimpleNamespace

from localaws.api.errors import AwsError
from localaws.api.json_text import read_json
from localaws.api.request import Request
from localaws.iam import ServicePrincipal
from localaws.motobridge.principals import Principals

__all__ = ["check_service_role", "leave_trust_to_iam"]

_PRINCIPAL = "codepipeline.amazonaws.com"


def check_service_role(principals: Principals, request: Request, account_id: str) -> None:
    """Raise CodePipeline's error where it may not assume the role of a new pipeline."""
    scope = request.scope
    if scope is None or (scope.service, request.operation) != ("codepipeline", "CreatePipeline"):
        return
    try:
        pipeline = read_json(request.body)["pipeline"]
        name, role_arn = str(pipeline["name"]), str(pipeline["roleArn"])
    except (ValueError, KeyError, TypeError):
        return  # the service refuses the request
    partition = principals.policies.partition
    # AWS does not document which ARN CodePipeline sends.
    source = f"arn:{partition}:codepipeline:{scope.region}:{account_id}:{name}"
    if not principals.may_assume(role_arn, ServicePrincipal(_PRINCIPAL, source)):
        message = f"CodePipeline is not authorized to perform AssumeRole on role {role_arn}"
        raise AwsError("InvalidStructureException", message)


def leave_trust_to_iam() -> None:
    """moto's own check fails on trust policies of one statement, of several services, or with other principals."""
    from moto.codepipeline.models import CodePipelineBackend

    trusting = {"Statement": [{"Principal": {"Service": _PRINCIPAL}}]}
    role = SimpleNamespace(assume_role_policy_document=json.dumps(trusting))
    checked = SimpleNamespace(get_role_by_arn=lambda arn: role)
    setattr(CodePipelineBackend, "iam_backend", checked)  # noqa: B010 (mypy forbids to assign to a property)
