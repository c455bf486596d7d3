"""Families that are only stored: create, describe, list and delete come from the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.iam import Principal
from localaws.services.sagemaker.families import FAMILIES

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["describe", "list_family", "plain_operations"]


def describe(kind: str) -> Handler:
    """The Describe operation of a family."""
    member = FAMILIES[kind].name_member

    def handler(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
        return stack.store.describe(stack.store.get(kind, request[member]))

    return handler


def list_family(kind: str) -> Handler:
    """The List operation of a family."""

    def handler(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
        return stack.store.list(kind, request)

    return handler


def plain_operations(kind: str) -> dict[str, Handler]:
    """Create, Describe, List and Delete of a family whose Describe response is its Create request."""
    family = FAMILIES[kind]

    def create(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
        described = {member: value for member, value in request.items() if member not in ("Tags", family.name_member)}
        record = stack.store.create(kind, request[family.name_member], described, request.get("Tags", ()))
        return {family.arn_member: record.arn}

    def delete(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
        stack.store.delete(kind, request[family.name_member])
        return {}

    return {
        f"Create{kind}": create,
        f"Describe{kind}": describe(kind),
        family.list_operation: list_family(kind),
        f"Delete{kind}": delete,
    }
