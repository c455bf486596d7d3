"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html"""

from __future__ import annotations

from collections.abc import Iterator

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import first

__all__ = ["MAPPING"]


def _always_allowed(_: Call, __: Account) -> Iterator[tuple[str, str]]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    yield from ()


def _assume_role(call: Call, _: Account) -> Iterator[tuple[str, str]]:
    role = first(call.parameters, "RoleArn")
    yield "AssumeRole", role
    if first(call.parameters, "SourceIdentity", default=""):
        yield "SetSourceIdentity", role


MAPPING = ServiceMapping(
    rules={"AssumeRole": _assume_role, "GetCallerIdentity": _always_allowed},
    keys={
        "sts:ExternalId": ("ExternalId",),
        "sts:RoleSessionName": ("RoleSessionName",),
        "sts:SourceIdentity": ("SourceIdentity",),
        "sts:TransitiveTagKeys": ("TransitiveTagKeys",),
    },
    tagging="TagSession",
)
