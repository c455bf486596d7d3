"""Who did it, in the API's shape."""

from __future__ import annotations

from typing import Any

from localaws.iam import Principal

__all__ = ["user_context"]


def user_context(caller: Principal) -> dict[str, Any]:
    """The `UserContext` of CreatedBy and LastModifiedBy for a caller outside SageMaker Studio."""
    return {"IamIdentity": {"Arn": caller.arn, "PrincipalId": caller.user_id}}
