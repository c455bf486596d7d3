"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import Rule, ServiceMapping
from localaws.iam.actions.parameters import first

__all__ = ["MAPPING"]

# ResourceType of a request for tags → type in the ARN.
_TYPES: Mapping[str, str] = {
    "Association": "association",
    "Automation": "automation-execution",
    "Document": "document",
    "MaintenanceWindow": "maintenancewindow",
    "ManagedInstance": "managed-instance",
    "OpsItem": "opsitem",
    "OpsMetadata": "opsmetadata",
    "Parameter": "parameter",
    "PatchBaseline": "patchbaseline",
}


def _parameter(value: str) -> str:
    """The name without the slash in front and without a version or label (`:3`); an ARN stays one."""
    if value.startswith("arn:"):
        return ":".join(value.split(":")[:6])
    return value.removeprefix("/").partition(":")[0]


def _tags(action: str) -> Rule:
    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        kind = _TYPES.get(first(call.parameters, "ResourceType"), "*")
        name = _parameter(first(call.parameters, "ResourceId"))
        yield action, f"arn:{account.partition}:ssm:{account.region}:{account.account_id}:{kind}/{name}"

    return rule


MAPPING = ServiceMapping(
    members={"ParameterNameWithoutLeadingSlash": ("Name", "Names", "Path")},
    names={"ParameterNameWithoutLeadingSlash": _parameter},
    rules={name: _tags(name) for name in ("AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource")},
    keys={"ssm:Overwrite": ("Overwrite",), "ssm:Recursive": ("Recursive",)},
    roles=(
        "AssociationDispatchAssumeRole",
        "IamRole",
        "ServiceRoleArn",
        "TaskInvocationParameters.RunCommand.ServiceRoleArn",
    ),
    passed_to="ssm.amazonaws.com",
    tagging="AddTagsToResource",
)
