"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"""

from __future__ import annotations

import re
from collections.abc import Iterator

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import Rule, ServiceMapping
from localaws.iam.actions.parameters import first, texts

__all__ = ["MAPPING"]

_FUNCTION = Format.read("arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}")
_LAYER = Format.read("arn:${Partition}:lambda:${Region}:${Account}:layer:${LayerName}")
# A function is named by its name, its ARN, or a part of the ARN, each with or without a qualifier.
_NAMED = re.compile(
    r"(?P<start>arn:[^:]+:lambda:[^:]+:\d{12}:function:|\d{12}:function:|function:)?(?P<name>[^:]+)(:(?P<q>[^:]+))?"
)


def _function(value: str) -> str:
    """The function's name or ARN without its qualifier; what is none of them as it is."""
    found = _NAMED.fullmatch(value)
    if not found:
        return value
    start = found["start"] or ""
    return start + found["name"] if start.startswith("arn:") else found["name"]


def _function_arn(value: str, account: Account) -> str:
    function = _function(value)
    return function if function.startswith("arn:") else _FUNCTION.fill(account, {"FunctionName": function})


def _qualified(action: str) -> Rule:
    """An action on the version or alias that is named, which a policy on the function alone does not grant.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    """

    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        value = first(call.parameters, "FunctionName")
        found = _NAMED.fullmatch(value)
        qualifier = first(call.parameters, "Qualifier", default=(found and found["q"]) or "")
        yield action, _function_arn(value, account) + (f":{qualifier}" if qualifier else "")

    return rule


def _get_layer(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    """A layer of another account is named by its ARN."""
    whole = first(call.parameters, "Arn", default="")
    layer = first(call.parameters, "LayerName")
    arn = layer if layer.startswith("arn:") else _LAYER.fill(account, {"LayerName": layer})
    yield "GetLayerVersion", whole or f"{arn}:{first(call.parameters, 'VersionNumber')}"


def _mapped_function(call: Call, account: Account) -> Iterator[str]:
    return (_function_arn(name, account) for name in texts(call.parameters, "FunctionName")[:1])


_PROVISIONED = tuple(f"{verb}ProvisionedConcurrencyConfig" for verb in ("Delete", "Get", "Put"))

MAPPING = ServiceMapping(
    members={
        "CodeSigningConfigId": ("CodeSigningConfigArn",),
        "FunctionName": ("FunctionName", "Resource"),
        "LayerVersion": ("VersionNumber",),
    },
    names={"FunctionName": _function},
    rules={
        "GetLayerVersion": _get_layer,
        "GetLayerVersionByArn": _get_layer,
        "Invoke": _qualified("InvokeFunction"),
        "InvokeWithResponseStream": _qualified("InvokeFunction"),
        **{name: _qualified(name) for name in _PROVISIONED},
    },
    keys={
        "lambda:CodeSigningConfigArn": ("CodeSigningConfigArn",),
        "lambda:FunctionArn": _mapped_function,
        "lambda:FunctionUrlAuthType": ("AuthType", "FunctionUrlAuthType"),
        "lambda:Layer": ("Layers",),
        "lambda:Principal": ("Principal",),
        "lambda:SecurityGroupIds": ("VpcConfig.SecurityGroupIds",),
        "lambda:SubnetIds": ("VpcConfig.SubnetIds",),
    },
    roles=("PermissionsConfig.CapacityProviderOperatorRoleArn", "Role"),
    passed_to="lambda.amazonaws.com",
    tagging="TagResource",
)
