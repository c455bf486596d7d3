"""What the stack tells about itself, and the endpoint where containers get their credentials: `/_localaws/…`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.motobridge.resources import moto_resources

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["PREFIX", "serve"]

PREFIX = "/_localaws/"


def serve(stack: Account, request: Request) -> Response:
    """Answer a path of the stack's own.

    They are unsigned and only tell: that the stack runs, which ARNs there are, what was decided about roles, and
    credentials to a container that has the token for them.
    """
    if request.method != "GET":
        return _json({"message": f"{request.raw_path} can only be read."}, 405)
    if request.raw_path == f"{PREFIX}health":
        return _json(
            {
                "status": "running",
                "region": stack.region,
                "account": stack.account_id,
                "endpoint": stack.endpoint_url,
                "pid": os.getpid(),
            }
        )
    if request.raw_path == f"{PREFIX}resources":
        return _json({"resources": resources(stack)})
    if request.raw_path == f"{PREFIX}decisions":
        return _json(stack.authorizer.log.document())
    if request.raw_path == f"{PREFIX}credentials":
        document = stack.container_credentials.document(request.headers.get("Authorization", ""))
        if document is None:
            return _json({"code": "AccessDenied", "message": "No container has this authorization token."}, 403)
        return _json(document)
    return _json({"message": f"No such path: {request.raw_path}"}, 404)


def resources(stack: Account) -> list[dict[str, str]]:
    """Every resource that a client made: the services' records, and S3's and IAM's in moto."""
    found = [{"type": f"sagemaker:{record.family.kind}", "arn": record.arn} for record in stack.store.all()]
    return found + moto_resources(stack.account_id, stack.partition)


def _json(document: Any, status: int = 200) -> Response:
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    return Response(status, text.encode(), {"Content-Type": "application/json"})
