"""SageMaker's operations: which the stack implements, and how one is called."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from localaws.api.errors import unknown_operation
from localaws.iam import AccessRequest, Principal

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Handler", "call", "operations", "operations_by_feature"]

Handler = Callable[["Account", dict[str, Any], Principal], dict[str, Any]]

# Each feature module has `OPERATIONS: dict[str, Handler]`; they are imported when the first request comes.
FEATURES = ("endpoints", "jobs", "models", "pipelines", "registry", "tags", "transform", "tuning")


@cache
def operations() -> Mapping[str, Handler]:
    """Every implemented operation by its API name, collected from the feature modules."""
    return {name: handler for table in operations_by_feature().values() for name, handler in table.items()}


def operations_by_feature() -> dict[str, Mapping[str, Handler]]:
    """The operations of each feature module."""
    package = "localaws.services.sagemaker"
    return {feature: importlib.import_module(f"{package}.{feature}").OPERATIONS for feature in FEATURES}


def call(stack: Account, operation: str, request: Mapping[str, Any], caller: Principal) -> dict[str, Any]:
    """Decide, validate and execute one operation; the response has the API's members, times as datetimes.

    The server calls it for every SageMaker request, and pipelines call it in-process with the principal of their role.
    Raises `AwsError` for every refusal.
    """
    from localaws.api.validation import parse

    handler = operations().get(operation)
    if handler is None:
        raise unknown_operation("sagemaker", operation)
    stack.authorizer.decide(AccessRequest(caller, "sagemaker", operation, stack.region, parameters=request))
    return handler(stack, parse(operation, request), caller)
