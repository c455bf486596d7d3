"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodebuild.html"""

from __future__ import annotations

import re

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

_ARN = re.compile(r"arn:[^:]*:codebuild:[^:]*:[^:]*:(project|build|build-batch)/([^:]+)(:.*)?")


def _project_name(value: str) -> str:
    """The project of a name, a build's ID (`project:…`), or the ARN of one of them."""
    found = _ARN.fullmatch(value)
    return found[2] if found else value if value.startswith("arn:") else value.partition(":")[0]


MAPPING = ServiceMapping(
    members={
        "ProjectName": ("projectName", "name", "names", "id", "ids", "projectArn"),
        "ReportGroupName": ("name", "reportGroupArn", "reportGroupArns"),
    },
    names={"ProjectName": _project_name},
    roles=(
        "buildBatchConfig.serviceRole",
        "buildBatchConfigOverride.serviceRole",
        "fleetServiceRole",
        "resourceAccessRole",
        "serviceRole",
        "serviceRoleOverride",
    ),
    passed_to="codebuild.amazonaws.com",
)
