"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html"""

from __future__ import annotations

from localaws.iam.actions.mapping import ServiceMapping

__all__ = ["MAPPING"]

MAPPING = ServiceMapping(
    # A request names a stack without the ID that is in its ARN.
    formats={
        "stack": "arn:${Partition}:cloudformation:${Region}:${Account}:stack/${StackName}/*",
        "stackset": "arn:${Partition}:cloudformation:${Region}:${Account}:stackset/${StackSetName}:*",
    },
    members={"StackName": ("StackName", "StackId")},
    keys={
        "cloudformation:ChangeSetName": ("ChangeSetName",),
        "cloudformation:ResourceTypes": ("ResourceTypes",),
        "cloudformation:RoleArn": ("RoleARN",),
        "cloudformation:StackPolicyUrl": ("StackPolicyURL",),
        "cloudformation:TemplateUrl": ("TemplateURL",),
    },
    roles=("AdministrationRoleARN", "RoleARN"),
    passed_to="cloudformation.amazonaws.com",
)
