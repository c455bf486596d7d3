"""How a job sends its records: what the request says, else the container's /execution-parameters, else the defaults.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localaws.api.errors import validation_error
from localaws.api.json_text import read_json
from localaws.services.sagemaker.transform.processing import DataError, Processing
from localaws.services.sagemaker.transform.records import MEBIBYTE

__all__ = ["Settings", "batch_environment", "processing_of", "settings_of"]

_DEFAULT_PAYLOAD = 6
_STRATEGIES = {"MultiRecord": "MULTI_RECORD", "SingleRecord": "SINGLE_RECORD"}


@dataclass(frozen=True)
class Settings:
    """concurrent: requests at a time. payload_mb: largest payload, 0 for any. strategy: MULTI_ or SINGLE_RECORD."""

    concurrent: int
    payload_mb: int
    strategy: str
    timeout_seconds: float
    retries: int

    @property
    def payload_bytes(self) -> int:
        """The largest payload, 0 for any."""
        return self.payload_mb * MEBIBYTE

    def __str__(self) -> str:
        limits = f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={self.payload_mb}"
        return f"{limits}, BatchStrategy={self.strategy}"


def batch_environment(request: Mapping[str, Any]) -> dict[str, str]:
    """The variables by which a container knows that it works for a transform job."""
    found = {"SAGEMAKER_BATCH": "true"}
    for member, name in (
        ("MaxPayloadInMB", "SAGEMAKER_MAX_PAYLOAD_IN_MB"),
        ("MaxConcurrentTransforms", "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS"),
    ):
        if member in request:
            found[name] = str(request[member])
    if strategy := request.get("BatchStrategy"):
        found["SAGEMAKER_BATCH_STRATEGY"] = _STRATEGIES[strategy]
    return found


def settings_of(request: Mapping[str, Any], advised: bytes | None) -> Settings:
    """The settings of a job; `advised` is what the container answered to /execution-parameters, None for nothing."""
    try:
        document = read_json(advised or b"{}")
    except ValueError:
        document = {}
    advice = document if isinstance(document, dict) else {}
    payload = request.get("MaxPayloadInMB", _whole(advice.get("MaxPayloadInMB"), _DEFAULT_PAYLOAD))
    strategy = _STRATEGIES.get(request.get("BatchStrategy", ""), str(advice.get("BatchStrategy")))
    client = request.get("ModelClientConfig", {})
    return Settings(
        # 0 leaves the choice to the container, as leaving it out does.
        request.get("MaxConcurrentTransforms") or max(1, _whole(advice.get("MaxConcurrentTransforms"), 1)),
        payload,
        strategy if strategy in _STRATEGIES.values() else "MULTI_RECORD",
        float(client.get("InvocationsTimeoutInSeconds", 600)),
        int(client.get("InvocationsMaxRetries", 3)),
    )


def processing_of(request: Mapping[str, Any], clock: Callable[[], datetime]) -> Processing:
    """The job's filters and join; raises ValidationException for those that cannot be applied."""
    given, output = request["TransformInput"], request["TransformOutput"]
    content_type = given.get("ContentType", "")
    try:
        return Processing(
            request.get("DataProcessing", {}),
            content_type,
            output.get("Accept") or content_type,
            split=given.get("SplitType", "None") == "Line",
            ids=bool(request.get("DataCaptureConfig", {}).get("GenerateInferenceId")),
            clock=clock,
        )
    except DataError as error:
        raise validation_error(str(error)) from error


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default
