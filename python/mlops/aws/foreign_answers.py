"""Answers that do not come from AWS: the page of a proxy, of a sign-in portal, or of another server at the endpoint."""

from __future__ import annotations

from typing import Any

from mlops.aws.errors import CannotLookError

__all__ = ["refuse_foreign_answers"]

_XML_PROTOCOLS = {"ec2", "query", "rest-xml"}


def refuse_foreign_answers(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Handles botocore's event `before-parse`; raises CannotLookError for a body that no AWS service sends.

    botocore retries a status of 500 and above if it can read the body; else it fails with errors that name no cause.
    """
    body, status = response_dict["body"], response_dict["status_code"]
    if not isinstance(body, bytes) or not body.strip():
        return
    shape = operation_model.output_shape
    if status < 300 and shape is not None and "payload" in shape.serialization:
        return  # a document of the user's own, such as a bucket policy
    if _is_of_aws(body, operation_model.metadata["protocol"]):
        return
    if status >= 500:
        response_dict["body"] = b""
        return
    shown = " ".join(body[:80].decode("utf-8", "backslashreplace").split()).replace("\x00", "\\x00")
    raise CannotLookError(
        f"the endpoint answered {operation_model.name} with status {status} and a body not of AWS ({shown}): "
        "check AWS_ENDPOINT_URL and the proxy settings"
    )


def _is_of_aws(body: bytes, protocol: str) -> bool:
    """Whether the body is a text that begins as XML or JSON does."""
    try:
        start = body.decode().lstrip("\ufeff \t\r\n")[:15].lower()
    except UnicodeDecodeError:
        return protocol.endswith("cbor")
    if protocol in _XML_PROTOCOLS:
        return start.startswith("<") and not start.startswith(("<html", "<!doctype"))
    return start.startswith(("{", "[")) or (protocol.endswith("cbor") and not start.startswith("<"))
