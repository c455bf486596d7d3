"""Endpoint configurations: what a deployment changes in the one in service, and what a name says of settings."""

from __future__ import annotations

import hashlib
import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.aws.errors import UsageError, UserError

__all__ = ["Changes", "build", "chosen_variant", "configuration_name", "model_name", "settings_hashes", "unique_ending"]

_LONGEST_NAME = 63
_DIGITS = string.digits + string.ascii_lowercase


@dataclass(frozen=True)
class Changes:
    """What the next configuration has otherwise; None keeps what is in service.

    ``capture_uri`` is where an endpoint that captures nothing yet is to write.
    """

    model: str | None = None
    variant: str | None = None
    capture_percent: int | None = None
    capture_uri: str | None = None
    instance_type: str | None = None
    instance_count: int | None = None

    @property
    def settings(self) -> bool:
        """Whether anything but the model changes."""
        return (self.capture_percent, self.instance_type, self.instance_count) != (None, None, None)


def chosen_variant(described: Mapping[str, Any], asked: str | None) -> str:
    """The variant that is deployed to: the only one, or that of several which was asked for.

    Raises:
        UsageError: there are several, or none of that name.
    """
    names = [variant["VariantName"] for variant in described["ProductionVariants"]]
    if asked is None and len(names) == 1:
        return str(names[0])
    if asked in names:
        return str(asked)
    has = f"{described['EndpointConfigName']} has the variants {', '.join(names)}"
    raise UsageError(f"{has}: name one with --variant" if asked is None else f"{has} and no {asked}")


def build(described: Mapping[str, Any], changes: Changes, members: frozenset[str]) -> dict[str, Any]:
    """The CreateEndpointConfig request, without name and tags, of a described configuration with changes.

    Args:
        members: what CreateEndpointConfig takes; all that Describe says of them is kept.

    Raises:
        UserError: the variant is serverless and cannot have what is asked for.
    """
    request: dict[str, Any] = json.loads(json.dumps({name: described[name] for name in members if described.get(name)}))
    wanted = chosen_variant(described, changes.variant)
    variant = next(each for each in request["ProductionVariants"] if each["VariantName"] == wanted)
    if changes.settings and "ServerlessConfig" in variant:
        raise UserError(
            f"variant {wanted} is serverless and has no instances and no capture: leave out --instance-type, "
            "--instance-count and --capture-percent, or create an endpoint on instances"
        )
    variant["ModelName"] = changes.model or variant["ModelName"]
    if changes.instance_type:
        variant["InstanceType"] = changes.instance_type
    if changes.instance_count:
        variant["InitialInstanceCount"] = changes.instance_count
    if changes.capture_percent == 0:
        request.pop("DataCaptureConfig", None)
    elif changes.capture_percent is not None:
        before = request.get("DataCaptureConfig") or _capture(changes.capture_uri)
        request["DataCaptureConfig"] = before | {
            "EnableCapture": True,
            "InitialSamplingPercentage": changes.capture_percent,
        }
    return request


def settings_hashes(request: Mapping[str, Any]) -> str:
    """Nine digits, three for each setting that outlives a model: capture, instances, and the rest.

    The modules ``endpoint`` and ``multi_model_endpoint`` hash the same texts (``in_service.tf``), Terraform's
    ``jsonencode`` of their inputs: that is how a plan knows from a name whether its settings are in service.
    """
    variant = request["ProductionVariants"][0]
    texts = (_capture_text(request), _instances_text(variant), _other_text(request, variant["VariantName"]))
    encoded = (json.dumps(text, separators=(",", ":"), sort_keys=True) for text in texts)
    return "".join(hashlib.sha256(text.encode()).hexdigest()[:3] for text in encoded)


def unique_ending() -> str:
    """Ten characters that no other deployment has."""
    return "".join(secrets.choice(_DIGITS) for _ in range(10))


def configuration_name(endpoint: str, request: Mapping[str, Any], ending: str) -> str:
    """``ENDPOINT-HASHES-ENDING``, the endpoint's name cut where the whole would have more than 63 characters."""
    tail = f"-{settings_hashes(request)}-{ending}"
    return endpoint[: _LONGEST_NAME - len(tail)] + tail


def model_name(student_id: str, version: int | None, ending: str) -> str:
    """``xgboost-model-STUDENT_ID-v3-ENDING``."""
    return "-".join(["xgboost-model", student_id, *([f"v{version}"] if version else []), ending])


def _capture_text(request: Mapping[str, Any]) -> dict[str, Any] | None:
    capture = request.get("DataCaptureConfig")
    if not capture or not capture.get("EnableCapture", True):
        return None
    return {
        "kms_key_arn": capture.get("KmsKeyId") or None,
        "percent": capture["InitialSamplingPercentage"],
        "uri": capture["DestinationS3Uri"],
    }


def _instances_text(variant: Mapping[str, Any]) -> dict[str, Any]:
    if serverless := variant.get("ServerlessConfig"):
        return {"max_concurrency": serverless["MaxConcurrency"], "memory_mb": serverless["MemorySizeInMB"]}
    return {"count": variant.get("InitialInstanceCount"), "type": variant.get("InstanceType")}


def _other_text(request: Mapping[str, Any], variant_name: str) -> dict[str, Any]:
    return {
        "kms_key_arn": request.get("KmsKeyId") or None,
        "variant_name": variant_name,
    }


def _capture(uri: str | None) -> dict[str, Any]:
    """Requests and answers, as the module ``endpoint`` captures them."""
    return {
        "DestinationS3Uri": uri,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json", "application/jsonlines"],
        },
    }
