"""The target caller: what EventBridge Scheduler calls, and rules and alarms will.

A target is any API operation (a universal target), or a SageMaker pipeline (a templated one).
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from localaws.account import Account
from localaws.api.errors import AwsError
from localaws.api.json_text import read_json
from localaws.iam import ServicePrincipal

__all__ = ["TargetError", "invoke"]

_UNIVERSAL = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:(?P<service>\w+):(?P<operation>\w+)")
_PIPELINE = re.compile(r"arn:[\w-]+:sagemaker:[\w-]+:\d{12}:pipeline/(?P<name>[\w-]+)")


class TargetError(Exception):
    """The target was not called, or refused; the message says why."""


def invoke(
    stack: Account, target: Mapping[str, Any], service: ServicePrincipal, fill: Callable[[str], str] = lambda text: text
) -> str:
    """Call the target with its role's credentials; the operation's name.

    Args:
        target: as Scheduler's API has it: Arn, RoleArn, Input, SageMakerPipelineParameters.
        service: the service that calls, which the role must trust, and for what.
        fill: replaces the caller's keywords in the target's texts.

    Raises:
        TargetError: the role cannot be assumed, the target is none that the stack can call, or it refuses.
    """
    api, operation, parameters = _request(target, fill)
    try:
        role = str(target.get("RoleArn"))
        name = service.name.partition(".")[0]
        session: Any = stack.session(stack.principals.assume_for_service(role, name, service))
        client = session.client(api)
        method = getattr(client, xform_name(operation), None)
        if method is None:
            raise TargetError(f"{api} has no operation {operation}")
        method(**parameters)
    except AwsError as error:
        raise TargetError(error.message) from error
    except (BotoCoreError, ClientError) as error:
        raise TargetError(f"{operation}: {error}") from error
    return operation


def _request(target: Mapping[str, Any], fill: Callable[[str], str]) -> tuple[str, str, dict[str, Any]]:
    """Service, operation (as the API writes it) and parameters."""
    arn = str(target.get("Arn"))
    if universal := _UNIVERSAL.fullmatch(arn):
        return universal["service"], _capitalised(universal["operation"]), _input(target, fill)
    if pipeline := _PIPELINE.fullmatch(arn):
        given = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
        parameters = [{**each, "Value": fill(each["Value"])} for each in given]
        request: dict[str, Any] = {"PipelineName": pipeline["name"]}
        return "sagemaker", "StartPipelineExecution", request | ({"PipelineParameters": parameters} if given else {})
    raise TargetError(f"the local stack calls no target like {arn}: use a universal target or a SageMaker pipeline")


def _input(target: Mapping[str, Any], fill: Callable[[str], str]) -> dict[str, Any]:
    text = fill(str(target.get("Input") or "{}"))
    try:
        found = read_json(text)
    except ValueError as error:
        raise TargetError(f"the target's Input is not JSON ({error}): {text[:200]}") from error
    if not isinstance(found, dict):
        raise TargetError(f"the target's Input is no JSON object: {text[:200]}")
    return found


def _capitalised(operation: str) -> str:
    return operation[:1].upper() + operation[1:]
