"""What the stack tells about itself, and the endpoint where containers get their credentials: `/_localaws/…`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from localaws.api.protocols import Response
from localaws.api.request import Request
from localaws.motobridge.lock import MOTO_LOCK
from localaws.motobridge.principals import ADMINISTRATOR

if TYPE_CHECKING:
    from localaws.stack import Stack

__all__ = ["PREFIX", "serve"]

PREFIX = "/_localaws/"


def serve(stack: Stack, request: Request) -> Response:
    """Answer a path of the stack's own.

    They are unsigned and only tell: that the stack runs, which ARNs there are, and credentials to a container that has
    the token for them.
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
    if request.raw_path == f"{PREFIX}credentials":
        document = stack.container_credentials.document(request.headers.get("Authorization", ""))
        if document is None:
            return _json({"code": "AccessDenied", "message": "No container has this authorization token."}, 403)
        return _json(document)
    return _json({"message": f"No such path: {request.raw_path}"}, 404)


def resources(stack: Stack) -> list[dict[str, str]]:
    """Every resource that a client made: SageMaker's records, S3 buckets, and IAM roles, users and policies."""
    from moto.iam.models import iam_backends
    from moto.s3.models import s3_backends

    with MOTO_LOCK:
        return _resources(stack, s3_backends, iam_backends)


def _resources(stack: Stack, s3_backends: Any, iam_backends: Any) -> list[dict[str, str]]:
    found = [{"type": f"sagemaker:{record.family.kind}", "arn": record.arn} for record in stack.store.all()]
    buckets: Any = s3_backends[stack.account_id][stack.partition].buckets
    found += [{"type": "s3:Bucket", "arn": f"arn:{stack.partition}:s3:::{name}"} for name in list(buckets)]
    iam: Any = iam_backends[stack.account_id][stack.partition]
    found += [{"type": "iam:Role", "arn": role.arn} for role in iam.get_roles()]
    found += [{"type": "iam:User", "arn": user.arn} for user in iam.users.values() if user.name != ADMINISTRATOR]
    found += [
        {"type": "iam:Policy", "arn": policy.arn}
        for policy in iam.managed_policies.values()
        if f":iam::{stack.account_id}:" in policy.arn
    ]
    return found


def _json(document: Any, status: int = 200) -> Response:
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    return Response(status, text.encode(), {"Content-Type": "application/json"})
