"""The EndpointConfig operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.iam import Principal
from localaws.services.sagemaker.endpoints.config_checks import check_config
from localaws.services.sagemaker.plain import plain_operations

if TYPE_CHECKING:
    from localaws.services.sagemaker.service import Handler
    from localaws.stack import Stack

__all__ = ["OPERATIONS"]

_PLAIN = plain_operations("EndpointConfig")


def _create(stack: Stack, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    check_config(stack, request)
    return _PLAIN["CreateEndpointConfig"](stack, request, caller)


OPERATIONS: dict[str, Handler] = {**_PLAIN, "CreateEndpointConfig": _create}
