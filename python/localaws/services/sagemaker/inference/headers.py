"""The X-Amzn-SageMaker-* headers of SageMaker Runtime's requests, checked against the API model's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from localaws.services.sagemaker.inference.invocation import runtime_error

__all__ = ["PREFIX", "async_headers", "invocation_headers", "seconds"]

# The API model's limits of SageMaker Runtime.
PREFIX = "X-Amzn-Sagemaker-"
_NAME = (63, r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*", re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9])*"))
_PRINTABLE = (r"\A\S[\p{Print}]*\z", re.compile(r"[!-~][ -~]*"))
# Greatest length, the pattern as the model spells it, and in Python's syntax.
_LIMITS = {
    "Custom-Attributes": (1024, r"\p{ASCII}*", re.compile(r"[\x00-\x7f]*")),
    "Target-Model": (1024, *_PRINTABLE),
    "Target-Variant": _NAME,
    "Target-Container-Hostname": _NAME,
    "Inference-Id": (64, *_PRINTABLE),
}
# Those that InvokeEndpointAsync adds; the names are as they come out of WSGI, which loses their case.
_ASYNC_LIMITS = {
    "Accept": (1024, r"\p{ASCII}*", re.compile(r"[\x00-\x7f]*")),
    "Content-Type": (1024, r"\p{ASCII}*", re.compile(r"[\x00-\x7f]*")),
    "Filename": (32, r"^(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9-_\.]*$", re.compile(r"(?!.*\..*\.)[a-zA-Z0-9][\w.-]*", re.A)),
    "Inputlocation": (1024, r"^(https|s3)://([^/]+)/?(.*)$", re.compile(r"(https|s3)://([^/]+)/?(.*)")),
    "S3Outputpathextension": (
        512,
        r"^(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+$",
        re.compile(r"(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+"),
    ),
}
_MEMBERS = {"Inputlocation": "inputLocation", "S3Outputpathextension": "s3OutputPathExtension"}


def invocation_headers(headers: Mapping[str, str]) -> dict[str, str | None]:
    """The headers that every invocation may have, by name without prefix; None where absent. Raises AwsError."""
    return {header: _checked(header, headers.get(PREFIX + header)) for header in _LIMITS}


def async_headers(headers: Mapping[str, str]) -> dict[str, str | None]:
    """Those of InvokeEndpointAsync."""
    return {header: _checked(header, headers.get(PREFIX + header)) for header in (*_LIMITS, *_ASYNC_LIMITS)}


def seconds(headers: Mapping[str, str], header: str, least: int, most: int, default: int) -> int:
    """A header's number of seconds, or the default."""
    text = headers.get(PREFIX + header)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        member = {"R": "requestTTLSeconds", "I": "invocationTimeoutSeconds"}[header[0]]
        raise runtime_error(
            f"1 validation error detected: Value '{text}' at '{member}' failed to satisfy constraint: Member must be "
            f"between {least} and {most}"
        )
    return int(text)


def _checked(header: str, value: str | None) -> str | None:
    """A header's value within the API's limits."""
    if value is None:
        return None
    most, pattern, compiled = _LIMITS.get(header) or _ASYNC_LIMITS[header]
    member = _MEMBERS.get(header) or header[0].lower() + header[1:].replace("-", "")
    if len(value) > most:
        raise runtime_error(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must "
            f"have length less than or equal to {most}"
        )
    if not compiled.fullmatch(value):
        raise runtime_error(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must "
            f"satisfy regular expression pattern: {pattern}"
        )
    return value
