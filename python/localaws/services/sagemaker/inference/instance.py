"""One instance of a variant, and what it is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localaws.iam import RoleSession
from localaws.runtime.serving import ModelServer, ServingError
from localaws.services.sagemaker.inference.multi_model import PrefixModels
from localaws.services.sagemaker.inference.served_model import HostingFailure, ServedModel

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["Instance", "failure_reason", "prefix_models"]


@dataclass(eq=False)
class Instance:
    """One running copy of a model; `in_flight` is how many requests it works on (the fleet's lock guards it)."""

    id: str
    server: ModelServer
    in_flight: int = 0


def prefix_models(stack: Account, model: ServedModel, credentials: RoleSession | None) -> PrefixModels | None:
    """Where a multi-model container finds its models; None for other models. Raises HostingFailure."""
    chooser = model.chooser
    if chooser is None:
        return None
    if chooser.source is None or credentials is None:
        raise HostingFailure(
            f"Model {model.name} is a multi-model one and needs both ModelDataUrl (the prefix of its models) and "
            "ExecutionRoleArn."
        )
    return PrefixModels(stack.session(credentials), chooser.source[1])


def failure_reason(error: ServingError, variant: str, model: ServedModel) -> str:
    """AWS's words for an instance that does not become healthy."""
    if error.status < 500:
        return str(error)
    name = error.hostname or model.containers[0].name
    return (
        f"The {name} container for production variant {variant} did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
