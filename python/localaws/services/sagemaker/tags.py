"""AddTags, ListTags and DeleteTags, for every family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.iam import Principal
from localaws.store import tag_list
from localaws.store.listing import page

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

_DEFAULT_PAGE = 50


def _add_tags(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    record = stack.store.by_arn(request["ResourceArn"])
    stack.store.change_tags(record, add=request["Tags"])
    return {"Tags": tag_list(record.tags)}


def _list_tags(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    tags = dict(stack.store.by_arn(request["ResourceArn"]).tags)
    keys, token = page(list(tags), request, _DEFAULT_PAGE)
    response: dict[str, Any] = {"Tags": tag_list({key: tags[key] for key in keys})}
    if token:
        response["NextToken"] = token
    return response


def _delete_tags(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    stack.store.change_tags(stack.store.by_arn(request["ResourceArn"]), remove=request["TagKeys"])
    return {}


OPERATIONS: dict[str, Handler] = {"AddTags": _add_tags, "ListTags": _list_tags, "DeleteTags": _delete_tags}
