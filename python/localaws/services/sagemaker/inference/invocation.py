"""One InvokeEndpoint request, from the variant that takes it to the answer or AWS's error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localaws.api.errors import AwsError
from localaws.runtime.serving import Invocation, InvocationResult, ServingError
from localaws.services.sagemaker.inference.endpoint import InvocableEndpoint
from localaws.services.sagemaker.inference.fleet import VariantFleet
from localaws.services.sagemaker.inference.instance import Instance
from localaws.services.sagemaker.inference.logs import log_group
from localaws.services.sagemaker.inference.multi_model import MissingModel
from localaws.services.sagemaker.inference.router import UnknownVariantError

__all__ = ["Answer", "ModelError", "invoke", "most_bytes", "runtime_error"]

_MOST_BYTES = 6_291_456
_MOST_SERVERLESS_BYTES = 4_194_304


class ModelError(AwsError):
    """The container's refusal, as InvokeEndpoint words it (HTTP 424)."""

    def __init__(self, message: str, members: dict[str, Any]) -> None:
        super().__init__("ModelError", message, 424)
        self.members = members


def runtime_error(message: str) -> AwsError:
    """SageMaker Runtime's own name of a request that cannot be served as it is worded."""
    return AwsError("ValidationError", message)


@dataclass(frozen=True)
class Answer:
    """A container's answer and the variant that gave it."""

    variant: str
    result: InvocationResult


def most_bytes(endpoint: InvocableEndpoint) -> int:
    """What a request's body, and the answer's, may have (the API model's BodyBlob; less where it is serverless)."""
    return _MOST_SERVERLESS_BYTES if endpoint.serverless else _MOST_BYTES


def invoke(
    endpoint: InvocableEndpoint, invocation: Invocation, target_variant: str | None, most: int | None = None
) -> Answer:
    """Serve one request; raises AwsError (ModelError, ValidationError, ServiceUnavailable, …).

    `most`: the bytes that an answer may have, where they are limited.
    """
    fleet, instance = _acquire(endpoint, target_variant)
    try:
        _check(endpoint, fleet, invocation)
        result = _ask(endpoint, fleet, instance, invocation)
        if most is not None and len(result.body) > most:
            words = f"The response of {len(result.body)} bytes exceeds the limit of {most} bytes: ask for fewer rows."
            raise endpoint.failed(fleet, _error(endpoint, 0, result.hostname, words))
        # Before the release: a fleet without requests in flight is retired, its captured data written.
        endpoint.observe(fleet, invocation, result)
    finally:
        fleet.release(instance)
    if not result.ok:
        raise _model_error(endpoint, result)
    return Answer(fleet.name, result)


def _acquire(endpoint: InvocableEndpoint, target_variant: str | None) -> tuple[VariantFleet, Instance]:
    try:
        chosen = endpoint.router.acquire(target_variant)
    except UnknownVariantError as error:
        raise runtime_error(
            f"Variant {target_variant} of endpoint {endpoint.name} of account {endpoint.stack.account_id} not found."
        ) from error
    if chosen is None:
        raise AwsError("ServiceUnavailable", f"Endpoint {endpoint.name} has no instance in service. Try again.", 503)
    return chosen


def _check(endpoint: InvocableEndpoint, fleet: VariantFleet, invocation: Invocation) -> None:
    """Headers that the model's kind does not have, or needs."""
    if fleet.model.multi_model and not invocation.target_model:
        raise runtime_error(
            f"Request to multi-model endpoint {endpoint.name} is missing a target model header "
            "(X-Amzn-SageMaker-Target-Model)."
        )
    if invocation.target_model and not fleet.model.multi_model:
        raise runtime_error(
            f"Endpoint {endpoint.name} is not a multi-model endpoint and does not support target model header."
        )
    direct = fleet.model.mode == "Direct"
    if invocation.target_container and not direct:
        raise runtime_error(
            f"Endpoint {endpoint.name} does not support direct invocation of a container: its model's "
            "InferenceExecutionConfig Mode is not Direct, so TargetContainerHostname cannot be given."
        )
    if direct and not invocation.target_container:
        raise runtime_error(
            f"Endpoint {endpoint.name} invokes containers directly: name one in TargetContainerHostname."
        )


def _ask(
    endpoint: InvocableEndpoint, fleet: VariantFleet, instance: Instance, invocation: Invocation
) -> InvocationResult:
    try:
        return instance.server.invoke(invocation)
    except ServingError as error:
        raise endpoint.failed(fleet, _worded(endpoint, error)) from error


def _worded(endpoint: InvocableEndpoint, error: ServingError) -> AwsError:
    """What AWS calls a failure that is no answer of the container."""
    if isinstance(error.__cause__, MissingModel) or error.kind == "hostname":
        return runtime_error(str(error))
    if error.kind == "stopped":
        return AwsError("ServiceUnavailable", str(error), 503)
    if error.kind == "not-ready":
        return AwsError("ModelNotReadyException", str(error), 429)
    if error.kind in ("model", "memory"):
        return _error(endpoint, error.status, error.hostname or "primary", str(error))
    # A container that died or was too slow has no status.
    return _error(endpoint, 0, error.hostname or "primary", str(error))


def _model_error(endpoint: InvocableEndpoint, result: InvocationResult) -> ModelError:
    return _error(endpoint, result.status, result.hostname, result.body.decode("utf-8", "replace"))


def _error(endpoint: InvocableEndpoint, status: int, container: str, text: str) -> ModelError:
    kind = "client" if 400 <= status < 500 else "server"
    stack = endpoint.stack
    group = log_group(endpoint.name)
    message = (
        f'Received {kind} error ({status}) from {container} with message "{text}". See '
        f"https://{stack.region}.console.aws.amazon.com/cloudwatch/home?region={stack.region}"
        f"#logEventViewer:group={group} in account {stack.account_id} for more information."
    )
    members = {
        "ErrorCode": "CLIENT_ERROR_FROM_MODEL" if kind == "client" else "INTERNAL_FAILURE_FROM_MODEL",
        "LogStreamArn": f"arn:{stack.partition}:logs:{stack.region}:{stack.account_id}:log-group:{group}",
        "OriginalMessage": text,
        "OriginalStatusCode": status,
    }
    return ModelError(message, members)
