"""A request as its service's API names it: the operation and its parameters, in every protocol of AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.api import cbor
from localaws.api.compression import uncompressed
from localaws.iam.actions.query import read_form
from localaws.iam.actions.rest import read_rest

__all__ = ["Call", "action_prefix", "read_call"]

# Signing name → prefix of the service's actions, where they differ.
_PREFIXES = {"email": "ses", "monitoring": "cloudwatch"}
# Signing name → botocore's models of what is called by method and path.
_REST_MODELS = {
    "lambda": ("lambda",),
    "sagemaker": ("sagemaker-runtime", "sagemaker-metrics"),
    "scheduler": ("scheduler",),
}
_BY_PATH_ALONE = ("lambda", "scheduler")


@dataclass(frozen=True)
class Call:
    """`service` is the prefix of its actions (`cloudwatch`); `operation` is empty where the API has none.

    `parameters` have the names and shapes that boto3 gives them.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def action_prefix(signing_name: str) -> str:
    """The prefix of the actions of the service that requests are signed for."""
    return _PREFIXES.get(signing_name, signing_name)


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
    service = action_prefix(signing_name)
    headers, form = headers or {}, form or {}
    by_json, by_cbor, by_form = "X-Amz-Target" in headers, "Smithy-Protocol" in headers, "Action" in form
    models = _REST_MODELS.get(signing_name, ())
    by_path = bool(models) and (signing_name in _BY_PATH_ALONE or not (by_json or by_cbor))
    if by_json + by_cbor + by_form + by_path != 1:
        return Call(service, "")  # it is not defined which of several operations a service would carry out
    if by_path:
        return Call(service, *read_rest(models, method, raw_path, query, headers, uncompressed(body, headers)))
    loads = json.loads if by_json else cbor.loads
    parameters = read_form(form) if by_form else _content(uncompressed(body, headers), loads)
    # Where no member names the queue, SQS takes the path for its URL.
    if service == "sqs" and raw_path.strip("/") and not isinstance(parameters.get("QueueUrl"), str):
        parameters["QueueUrl"] = raw_path
    return Call(service, operation, parameters)


def _content(body: bytes, loads: Any) -> dict[str, Any]:
    try:
        content = loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
