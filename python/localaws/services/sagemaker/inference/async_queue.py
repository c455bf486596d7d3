"""InvokeEndpointAsync: requests that wait in a queue, with input and output in S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localaws.api.errors import AwsError
from localaws.runtime.serving import Invocation
from localaws.services.sagemaker.inference.async_request import AsyncRequest
from localaws.services.sagemaker.inference.endpoint import InvocableEndpoint
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.invocation import ModelError, invoke, runtime_error
from localaws.services.sagemaker.inference.notifications import notify
from localaws.services.sagemaker.jobs.s3 import place

__all__ = ["AsyncQueue"]

# Where MaxConcurrentInvocationsPerInstance is not given, SageMaker chooses; a model here has a worker for each core.
_CONCURRENT = 4
_PAUSE_SECONDS = 0.2
_MOST_INPUT_BYTES = 1024**3
_NO_TYPE = "binary/octet-stream"  # what S3 says of an object that came without a type


class _Failure(Exception):
    """A request that gives no output; the message is its failureReason, `body` what goes to S3FailurePath."""

    def __init__(self, reason: str, body: str) -> None:
        super().__init__(reason)
        self.body = body


class AsyncQueue:
    """The requests of one endpoint that wait or are being worked on; they end with the endpoint, and with the stack."""

    def __init__(self, endpoint: InvocableEndpoint) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._waiting: deque[AsyncRequest] = deque()
        self._running = 0
        self._clients: dict[tuple[VariantFleet, str], Any] = {}

    def put(self, request: AsyncRequest) -> None:
        """Take a request; it is answered when an instance is free."""
        with self._lock:
            self._waiting.append(request)
            if self._running < self._most_at_once():
                self._running += 1
                threading.Thread(target=self._work, name=f"async-{self._endpoint.name}", daemon=True).start()

    def locations(self, extension: str | None, filename: str | None) -> tuple[str, str | None]:
        """Where the output of a request goes, and where its failure; raises AwsError for a real-time endpoint."""
        output = self.config["OutputConfig"]
        identity = str(uuid.uuid4())
        folder = f"/{extension.strip('/')}" if extension else ""
        failure = output.get("S3FailurePath")
        return (
            f"{output['S3OutputPath'].rstrip('/')}{folder}/{filename or f'{identity}.out'}",
            f"{failure.rstrip('/')}{folder}/{identity}-error.out" if failure else None,
        )

    @property
    def config(self) -> dict[str, Any]:
        """The AsyncInferenceConfig in service; raises AwsError where the endpoint has none."""
        found: dict[str, Any] | None = self._endpoint.config.get("AsyncInferenceConfig")
        if found is None:
            raise runtime_error(
                f"Endpoint {self._endpoint.name} is not asynchronous: its configuration has no AsyncInferenceConfig. "
                "Use InvokeEndpoint."
            )
        return found

    def _most_at_once(self) -> int:
        instances = sum(len(fleet.instances) for fleet in self._endpoint.fleets)
        each = self.config.get("ClientConfig", {}).get("MaxConcurrentInvocationsPerInstance", _CONCURRENT)
        return int(each) * max(1, instances)

    def _work(self) -> None:
        while request := self._next():
            try:
                self._answer(request)
            except BaseException:
                with self._lock:
                    self._running -= 1
                raise

    def _next(self) -> AsyncRequest | None:
        """What to work on; None where nothing is left, the worker then being counted out."""
        with self._lock:
            if not self._waiting or self._endpoint.closed or self._endpoint.stack.shutdown.is_set():
                self._running -= 1
                return None
            return self._waiting.popleft()

    def _answer(self, request: AsyncRequest) -> None:
        fleet = self._endpoint.fleets[0]
        try:
            kind, body = self._input(request, fleet)
            content_type, output = self._ask(request, kind, body)
            self._store(fleet, request.output_location, content_type, output)
        except _Failure as failure:
            self._log(f"{request.inference_id}: {failure}")
            location = request.failure_location
            try:
                if location:
                    self._store(fleet, location, "text/plain", failure.body.encode())
            except _Failure as second:
                self._log(f"{request.inference_id}: {second}")
            self._notify(request, fleet, "ErrorTopic", location, "text/plain", str(failure))
            return
        self._notify(request, fleet, "SuccessTopic", request.output_location, content_type, None)

    def _input(self, request: AsyncRequest, fleet: VariantFleet) -> tuple[str, bytes]:
        """The input's content type (the object's where the request has none, on which the SDK relies) and the input."""
        if not request.input_location:
            return request.content_type, request.body
        source = place(request.input_location)
        try:
            found = self._client(fleet, "s3").get_object(Bucket=source.bucket, Key=source.key)
            if found["ContentLength"] > _MOST_INPUT_BYTES:
                words = f"{source} has {found['ContentLength']} bytes, more than {_MOST_INPUT_BYTES}."
                raise _Failure(f"ClientError: {words}", words)
            body: bytes = found["Body"].read()
        except (ClientError, BotoCoreError) as error:
            words = f"Failed to download the input {source}: {error}"
            raise _Failure(f"ClientError: {words}", words) from error
        own = found["ContentType"]
        return request.content_type or ("" if own == _NO_TYPE else own), body

    def _ask(self, request: AsyncRequest, content_type: str, body: bytes) -> tuple[str, bytes]:
        """The model's answer; waits, for as long as the request lives, while no instance is in service."""
        invocation = Invocation(
            body,
            content_type,
            request.accept,
            request.custom_attributes,
            inference_id=request.inference_id,
            timeout_seconds=float(request.timeout_seconds),
        )
        while True:
            if time.monotonic() - request.queued_at > request.ttl_seconds:
                words = f"The request expired: it waited longer than {request.ttl_seconds} s."
                raise _Failure(f"ClientError: {words}", words)
            try:
                result = invoke(self._endpoint, invocation, None).result
            except ModelError as error:
                status = error.members["OriginalStatusCode"]
                kind = "client" if 400 <= status < 500 else "server"
                raise _Failure(
                    f"ClientError: Received {kind} error ({status}) from model. See the SageMaker Endpoint logs in "
                    "your account for more information.",
                    error.members["OriginalMessage"],
                ) from error
            except AwsError as error:
                if error.status != 503 or self._endpoint.closed:
                    raise _Failure(f"ClientError: {error.message}", error.message) from error
                if self._endpoint.stack.shutdown.wait(_PAUSE_SECONDS):
                    raise _Failure("InternalServerError: The stack ended.", error.message) from error
            else:
                return result.content_type, result.body

    def _store(self, fleet: VariantFleet, location: str, content_type: str, body: bytes) -> None:
        target = place(location)
        extra = {"ContentType": content_type} if content_type else {}
        if key := self.config["OutputConfig"].get("KmsKeyId"):
            extra |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        try:
            self._client(fleet, "s3").put_object(Bucket=target.bucket, Key=target.key, Body=body, **extra)
        except (ClientError, BotoCoreError) as error:
            words = f"Failed to upload to {target}: {error}"
            raise _Failure(f"ClientError: {words}", words) from error

    def _notify(
        self,
        request: AsyncRequest,
        fleet: VariantFleet,
        topic: str,
        location: str | None,
        content_type: str,
        reason: str | None,
    ) -> None:
        arn = self.config["OutputConfig"].get("NotificationConfig", {}).get(topic)
        if not arn:
            return
        try:
            notify(self._client(fleet, "sns"), arn, self._endpoint, request, location, content_type, reason)
        except (ClientError, BotoCoreError) as error:
            self._log(f"{request.inference_id}: {arn} cannot be notified: {error}")

    def _client(self, fleet: VariantFleet, service: str) -> Any:
        """A client of the model's role."""
        with self._lock:
            if (fleet, service) not in self._clients:
                assert fleet.credentials
                self._clients[fleet, service] = self._endpoint.stack.session(fleet.credentials).client(service)  # type: ignore[call-overload]
            return self._clients[fleet, service]

    def _log(self, line: str) -> None:
        self._endpoint.log.add("data-log", line)
