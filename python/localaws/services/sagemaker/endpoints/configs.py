"""The EndpointConfig operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.iam import Principal
from localaws.services.sagemaker.endpoints.config_checks import check_config
from localaws.services.sagemaker.plain import plain_operations

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

_PLAIN = plain_operations("EndpointConfig")


def _create(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    check_config(stack, request)
    return _PLAIN["CreateEndpointConfig"](stack, request, caller)


OPERATIONS: dict[str, Handler] = {**_PLAIN, "CreateEndpointConfig": _create}
