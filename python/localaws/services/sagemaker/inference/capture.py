"""Data capture: what was asked and answered, as JSON lines in S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from localaws.runtime.serving import Invocation, InvocationResult
from localaws.services.sagemaker.inference.logs import EndpointLog
from localaws.services.sagemaker.jobs.s3 import place

if TYPE_CHECKING:
    import boto3

    from localaws.account import Account

__all__ = ["VariantCapture"]

# A file ends when it has this much or is this old.  AWS documents neither; its files come within minutes.
_FLUSH_BYTES = 4 * 1024**2
_FLUSH_SECONDS = 5.0
_LAST_TRIES = 3
_PAUSE_SECONDS = 0.2
_MOST_WAITING_BYTES = 256 * 1024**2


@dataclass
class _File:
    """Lines of one hour that wait for their file."""

    began: datetime
    opened: float
    lines: list[bytes]
    size: int


class VariantCapture:
    """Captures the traffic of one production variant.

    `config` is the DataCaptureConfig; lines are written with `session`, the model role's.  What S3 refuses is said in
    the endpoint's log and tried again.
    """

    def __init__(
        self,
        stack: Account,
        endpoint: str,
        variant: str,
        config: Mapping[str, Any],
        session: boto3.Session,
        log: EndpointLog,
    ) -> None:
        self._stack, self._config, self._session = stack, config, session
        self._log, self._stream = log, f"{variant}/data-capture"
        self._target = place(config["DestinationS3Uri"]).below(f"{endpoint}/{variant}")
        self._percentage = int(config["InitialSamplingPercentage"])
        self._modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
        headers = config.get("CaptureContentTypeHeader", {})
        self._encodings = {name.lower(): "CSV" for name in headers.get("CsvContentTypes", ())}
        self._encodings |= {name.lower(): "JSON" for name in headers.get("JsonContentTypes", ())}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._credit = 0
        self._files: dict[str, _File] = {}
        self._client: Any = None

    def add(self, invocation: Invocation, result: InvocationResult) -> None:
        """Capture one answered request, if it is this request's turn."""
        with self._lock:
            # 30 % is three in every ten, not three in ten on average.
            self._credit += self._percentage
            if self._credit < 100:
                return
            self._credit -= 100
        now = self._stack.clock()
        line = self._line(invocation, result, now)
        hour = now.strftime("%Y/%m/%d/%H")
        with self._lock:
            file = self._files.get(hour)
            if file is None:
                file = self._files[hour] = _File(now, time.monotonic(), [], 0)
            file.lines.append(line)
            file.size += len(line)

    def flush(self, *, last: bool = False) -> None:
        """Write the files that are large or old enough; with `last`, all of them, trying again where S3 refuses."""
        with self._writing:
            now = time.monotonic()
            with self._lock:
                due = {
                    hour: file
                    for hour, file in self._files.items()
                    if last or file.size >= _FLUSH_BYTES or now - file.opened >= _FLUSH_SECONDS
                }
                for hour in due:
                    del self._files[hour]
            for hour, file in due.items():
                self._write(hour, file, _LAST_TRIES if last else 1)

    def _write(self, hour: str, file: _File, tries: int) -> None:
        began = file.began
        name = f"{began:%M-%S}-{began.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
        where = self._target.below(f"{hour}/{name}")
        extra = {}
        if key := self._config.get("KmsKeyId"):
            extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        for left in reversed(range(tries)):
            try:
                if self._client is None:
                    self._client = self._session.client("s3")
                self._client.put_object(Bucket=where.bucket, Key=where.key, Body=b"".join(file.lines), **extra)
                return
            except (ClientError, BotoCoreError) as error:
                self._log.add(self._stream, f"{len(file.lines)} captured lines cannot be written to {where}: {error}")
                if left:
                    time.sleep(_PAUSE_SECONDS)
        self._keep(hour, file)

    def _keep(self, hour: str, file: _File) -> None:
        """Put back what could not be written, as long as there is not too much of it."""
        with self._lock:
            later = self._files.get(hour)
            if later:
                file.lines += later.lines
                file.size += later.size
            file.opened = time.monotonic()
            if file.size <= _MOST_WAITING_BYTES:
                self._files[hour] = file
                return
            self._files.pop(hour, None)
        self._log.add(self._stream, f"{len(file.lines)} captured lines are lost: too many wait for S3.")

    def _line(self, invocation: Invocation, result: InvocationResult, now: datetime) -> bytes:
        data = {}
        if "Input" in self._modes or "InputAndOutput" in self._modes:
            data["endpointInput"] = self._part("INPUT", invocation.content_type, invocation.body)
        if "Output" in self._modes or "InputAndOutput" in self._modes:
            data["endpointOutput"] = self._part("OUTPUT", result.content_type, result.body)
        metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
        if invocation.custom_attributes is not None:
            metadata["customAttributes"] = [invocation.custom_attributes]
        if invocation.inference_id is not None:
            metadata["inferenceId"] = invocation.inference_id
        metadata["inferenceTime"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        line = {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}
        return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    def _part(self, mode: str, content_type: str, body: bytes) -> dict[str, str]:
        encoding = self._encodings.get(content_type.partition(";")[0].strip().lower(), "BASE64")
        if encoding != "BASE64":
            try:
                text = body.decode()
            except UnicodeDecodeError:
                encoding = "BASE64"
        if encoding == "BASE64":
            text = base64.b64encode(body).decode()
        return {"observedContentType": content_type, "mode": mode, "data": text, "encoding": encoding}
