"""A request as its service's API names it: the operation and its parameters, in every protocol of AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.api import cbor
from localaws.iam.actions.query import read_form
from localaws.iam.actions.rest import read_rest

__all__ = ["Call", "read_call"]

# Signing name → prefix of the service's actions, where they differ.
_PREFIXES = {"email": "ses", "monitoring": "cloudwatch"}
# Signing name → botocore's models of what is called by method and path.
_REST_MODELS = {
    "lambda": ("lambda",),
    "sagemaker": ("sagemaker-runtime", "sagemaker-metrics"),
    "scheduler": ("scheduler",),
}


@dataclass(frozen=True)
class Call:
    """`service` is the prefix of its actions (`cloudwatch`); `operation` is empty where the API has none.

    `parameters` have the names and shapes that boto3 gives them.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_call(
    signing_name: str,
    operation: str,
    *,
    method: str = "POST",
    raw_path: str = "/",
    query: str = "",
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Call:
    """Read a request; `operation` is what its protocol names (`Request.operation`), `headers` have title-case names.

    What cannot be read of a body is not among the parameters: the service will refuse it.
    """
    service = _PREFIXES.get(signing_name, signing_name)
    headers = headers or {}
    if not operation:
        models = _REST_MODELS.get(signing_name)
        if models is None:
            return Call(service, "")
        return Call(service, *read_rest(models, method, raw_path, query, headers, body))
    if "X-Amz-Target" in headers:
        return Call(service, operation, _content(body, json.loads))
    if "Smithy-Protocol" in headers:
        return Call(service, operation, _content(body, cbor.loads))
    parameters = read_form(form or {})
    # An older way of SQS: the queue is the path.
    if service == "sqs" and raw_path.strip("/"):
        parameters.setdefault("QueueUrl", raw_path)
    return Call(service, operation, parameters)


def _content(body: bytes, loads: Any) -> dict[str, Any]:
    try:
        content = loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
