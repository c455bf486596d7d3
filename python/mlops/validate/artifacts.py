"""The S3 URIs in an API's answer or in a pipeline definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Artifact", "artifacts"]

# Where SDK v2 and v3 put the code that they upload: processing inputs, training channels, variables.
_CODE_INPUTS = {"code", "entrypoint", "sourcedir", "sm_drivers"}
_CODE_VARIABLES = {"sagemaker_submit_directory", "SAGEMAKER_SUBMIT_DIRECTORY"}
# Text that students write freely: an address in it is no input and no output.
_FREE_TEXT = {"CustomerMetadataProperties", "FailureReason", "Metadata", "Tags"}
_MANIFESTS = {"ManifestFile", "AugmentedManifestFile"}
_HTTPS = re.compile(
    r"https://(?:(?P<host>[a-z0-9.-]+)\.s3|s3)[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?/(?P<path>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Artifact:
    """An input, an output or a model.

    Args:
        uri: its S3 location.
        bucket: the bucket of that location.
        is_code: whether an SDK uploaded it as a job's code.
        is_manifest: whether the object lists a channel's objects.
    """

    uri: str
    bucket: str
    is_code: bool = False
    is_manifest: bool = False


def artifacts(document: Any) -> Iterator[Artifact]:
    """Every S3 location in a document, in the document's order.

    A location is a text that begins with ``s3://``, or an ``https://`` address in a member that holds an S3 URI.
    """
    yield from _walk(document, "", False, False)


def _walk(part: Any, member: str, is_code: bool, is_manifest: bool) -> Iterator[Artifact]:
    if isinstance(part, Mapping):
        names = {part.get("ChannelName"), part.get("InputName")}
        is_code = is_code or any(isinstance(name, str) and name in _CODE_INPUTS for name in names)
        for key, value in part.items():
            if key not in _FREE_TEXT and not key.endswith("Description"):
                manifest = key == "S3Uri" and part.get("S3DataType") in _MANIFESTS
                yield from _walk(value, key, is_code, manifest)
    elif isinstance(part, str):
        text = part.strip('"')  # script mode encodes hyperparameters as JSON
        if bucket := _bucket(text, member):
            yield Artifact(text, bucket, is_code or member in _CODE_VARIABLES, is_manifest)
    elif isinstance(part, Sequence):
        for item in part:
            yield from _walk(item, member, is_code, is_manifest)


def _bucket(text: str, member: str) -> str | None:
    if text.lower().startswith("s3://"):
        return text[len("s3://") :].partition("/")[0] or None
    if text.startswith("https://") and (member.startswith("S3") or member.endswith(("S3Uri", "DataUrl"))):
        found = _HTTPS.fullmatch(text)
        return (found["host"] or found["path"].partition("/")[0]) if found else text
    return None
