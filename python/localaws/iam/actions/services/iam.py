"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import Rule, ServiceMapping
from localaws.iam.actions.parameters import first, texts

__all__ = ["MAPPING", "ROLE"]

ROLE = Format.read("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}")
# Operation → type in the ARN, and the member with the name, to which the path of the request is added.
_CREATIONS: Mapping[str, tuple[str, str]] = {
    "CreateGroup": ("group", "GroupName"),
    "CreateInstanceProfile": ("instance-profile", "InstanceProfileName"),
    "CreatePolicy": ("policy", "PolicyName"),
    "CreateRole": ("role", "RoleName"),
    "CreateUser": ("user", "UserName"),
}
_TAGGING: Mapping[str, str] = {
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider",
    "CreatePolicy": "TagPolicy",
    "CreateRole": "TagRole",
    "CreateUser": "TagUser",
}
# https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
_LINKED = {
    "sagemaker.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
}


def _creation(action: str) -> Rule:
    kind, member = _CREATIONS[action]

    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        path = first(call.parameters, "Path", default="/")
        name = first(call.parameters, member)
        yield action, f"arn:{account.partition}:iam::{account.account_id}:{kind}{path}{name}"

    return rule


def _create_linked_role(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """The service chooses the role's name."""
    service = first(call.parameters, "AWSServiceName")
    name = f"aws-service-role/{service}/{_LINKED.get(service, '*')}"
    yield "CreateServiceLinkedRole", ROLE.fill(account, {"RoleNameWithPath": name})


def _create_provider(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """A provider's name is its URL without the protocol."""
    name = first(call.parameters, "Url").removeprefix("https://")
    arn = f"arn:{account.partition}:iam::{account.account_id}:oidc-provider/{name}"
    yield "CreateOpenIDConnectProvider", arn


def _profile_roles(call: Call, account: Account) -> Iterator[str]:
    """A role in an instance profile is passed to EC2."""
    if call.operation == "AddRoleToInstanceProfile":
        yield from (ROLE.fill(account, {"RoleNameWithPath": name}) for name in texts(call.parameters, "RoleName"))


MAPPING = ServiceMapping(
    members={
        "CertificateNameWithPath": ("ServerCertificateName",),
        "GroupNameWithPath": ("GroupName",),
        "InstanceProfileNameWithPath": ("InstanceProfileName",),
        "RoleNameWithPath": ("RoleName",),
        "UserNameWithPath": ("UserName",),
    },
    rules={
        **{action: _creation(action) for action in _CREATIONS},
        "CreateOpenIDConnectProvider": _create_provider,
        "CreateServiceLinkedRole": _create_linked_role,
    },
    keys={
        "iam:AWSServiceName": ("AWSServiceName",),
        "iam:PermissionsBoundary": ("PermissionsBoundary",),
        "iam:PolicyARN": ("PolicyArn",),
    },
    roles_in=_profile_roles,
    passed_to="ec2.amazonaws.com",
    tagging=_TAGGING,
)
