"""What a schedule calls: any API operation (a universal target), or a SageMaker pipeline (a templated one).

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from localaws.api.errors import AwsError
from localaws.api.json_text import read_json

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Attempt", "TargetError", "invoke"]

_PRINCIPAL = "scheduler.amazonaws.com"
_UNIVERSAL = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:(?P<service>\w+):(?P<operation>\w+)")
_PIPELINE = re.compile(r"arn:[\w-]+:sagemaker:[\w-]+:\d{12}:pipeline/(?P<name>[\w-]+)")
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class TargetError(Exception):
    """The target was not called, or refused; the message says why."""


@dataclass(frozen=True)
class Attempt:
    """One call of a schedule's target: when it was due, and which try it is, from 1."""

    schedule_arn: str
    due: datetime
    number: int = 1

    def fill(self, text: str) -> str:
        """`text` with Scheduler's keywords replaced."""
        values = {
            "schedule-arn": self.schedule_arn,
            "scheduled-time": self.due.strftime(_MOMENT),
            "execution-id": secrets.token_hex(8),
            "attempt-number": str(self.number),
        }
        for name, value in values.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text


def invoke(stack: Account, target: Mapping[str, Any], attempt: Attempt) -> str:
    """Call the target with its role's credentials; the operation's name.

    Raises:
        TargetError: the role cannot be assumed, the target is none that the stack can call, or it refuses.
    """
    service, operation, parameters = _request(target, attempt)
    try:
        credentials = stack.principals.assume_for_service(str(target.get("RoleArn")), "scheduler", _PRINCIPAL)
        session: Any = stack.session(credentials)
        client = session.client(service)
        method = getattr(client, xform_name(operation), None)
        if method is None:
            raise TargetError(f"{service} has no operation {operation}")
        method(**parameters)
    except AwsError as error:
        raise TargetError(error.message) from error
    except (BotoCoreError, ClientError) as error:
        raise TargetError(f"{operation}: {error}") from error
    return operation


def _request(target: Mapping[str, Any], attempt: Attempt) -> tuple[str, str, dict[str, Any]]:
    """Service, operation (as the API writes it) and parameters."""
    arn = str(target.get("Arn"))
    if universal := _UNIVERSAL.fullmatch(arn):
        return universal["service"], _capitalised(universal["operation"]), _input(target, attempt)
    if pipeline := _PIPELINE.fullmatch(arn):
        given = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
        parameters = [{**each, "Value": attempt.fill(each["Value"])} for each in given]
        request: dict[str, Any] = {"PipelineName": pipeline["name"]}
        return "sagemaker", "StartPipelineExecution", request | ({"PipelineParameters": parameters} if given else {})
    raise TargetError(f"the local stack calls no target like {arn}: use a universal target or a SageMaker pipeline")


def _input(target: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
    text = attempt.fill(str(target.get("Input") or "{}"))
    try:
        found = read_json(text)
    except ValueError as error:
        raise TargetError(f"the target's Input is not JSON ({error}): {text[:200]}") from error
    if not isinstance(found, dict):
        raise TargetError(f"the target's Input is no JSON object: {text[:200]}")
    return found


def _capitalised(operation: str) -> str:
    return operation[:1].upper() + operation[1:]
