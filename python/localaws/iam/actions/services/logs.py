"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html"""

from __future__ import annotations

import re
from collections.abc import Iterator

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import first
from localaws.iam.actions.request_keys import request_tags

__all__ = ["MAPPING"]

# Policies name a group as `log-group:NAME:*`, but for its tags as `log-group:NAME`.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_GROUP = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:log-stream:"
_TAGGED = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
_GROUP_ARN = re.compile(r"arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)(:.*)?")


def _group_name(value: str) -> str:
    found = _GROUP_ARN.fullmatch(value)
    return found[1] if found else value


def _create_log_group(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """Tags need TagResource (or the older TagLogGroup, which does not suffice here).

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    """
    values = {"LogGroupName": first(call.parameters, "logGroupName")}
    yield "CreateLogGroup", Format.read(_GROUP).fill(account, values)
    if request_tags(call):
        yield "TagResource", Format.read(_TAGGED).fill(account, values)


def _describe_log_groups(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """The reference has no resource; AWS's refusals name a group without a name, which `log-group:*` matches."""
    yield "DescribeLogGroups", Format.read(_GROUP).fill(account, {"LogGroupName": ""})


MAPPING = ServiceMapping(
    members={"LogGroupName": ("logGroupIdentifier", "logGroupIdentifiers", "logGroupName", "logGroupNames")},
    names={"LogGroupName": _group_name},
    formats={"log-group": _GROUP},
    rules={"CreateLogGroup": _create_log_group, "DescribeLogGroups": _describe_log_groups},
    keys={
        "logs:DeliveryDestinationResourceArn": ("deliveryDestinationConfiguration.destinationResourceArn",),
        "logs:LogGeneratingResourceArns": ("resourceArn",),
    },
    roles=(
        "destinationConfiguration.lookupTableConfiguration.roleArn",
        "destinationConfiguration.s3Configuration.roleArn",
        "executionRoleArn",
        "importRoleArn",
        "roleArn",
    ),
    passed_to="logs.amazonaws.com",
)
