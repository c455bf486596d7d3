"""What callers of hosted models hand over and get back: endpoints and transform jobs build on these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

__all__ = [
    "ContainerSpec",
    "Failure",
    "Invocation",
    "InvocationResult",
    "LoadedModel",
    "ModelLoad",
    "MultiModelSource",
    "ServingError",
]

Failure = Literal["start", "died", "timeout", "stopped", "model", "not-ready", "memory", "hostname"]


class ServingError(Exception):
    """A model that does not answer; errors that a container words itself come back as an `InvocationResult`.

    `kind`: "start" (a container never became healthy), "died" (its process ended under this call), "timeout" (no
    answer in time), "stopped" (the server is stopping), "hostname" (no such container); of multi-model servers "model"
    (the target cannot be had or loaded), "not-ready" (it still loads: AWS's ModelNotReadyException), "memory" (nothing
    can be unloaded to make room for it). `status` is the HTTP status that fits: 5xx, or 4xx for what the caller asked
    wrongly. `hostname` names the container, `log` holds the last lines that it wrote.
    """

    def __init__(
        self, kind: Failure, message: str, *, hostname: str = "", status: int = 500, log: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.kind, self.hostname, self.status, self.log = kind, hostname, status, log


@dataclass(frozen=True)
class ContainerSpec:
    """One container of a model.

    `model_dir` becomes /opt/ml/model, read-only where the machine allows; None leaves that folder empty. `hostname` is
    ContainerHostname; without it the container is called as AWS calls it (`container-1`, …, or `primary`).
    `multi_model` marks the one container of a pipeline that chooses among models.
    """

    image: str
    environment: Mapping[str, str] = field(default_factory=dict)
    model_dir: Path | None = None
    hostname: str | None = None
    multi_model: bool = False


@dataclass(frozen=True)
class Invocation:
    """One request for inference.

    Empty `content_type` and `accept` are not sent. `target_container` picks a container of a model in Direct mode,
    `target_model` a model of a multi-model server. `headers` are sent as they are.
    """

    body: bytes
    content_type: str = ""
    accept: str = ""
    custom_attributes: str | None = None
    target_model: str | None = None
    target_container: str | None = None
    inference_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 60.0


@dataclass(frozen=True)
class ModelLoad:
    """The loading of a target model, as AWS's metrics of multi-model endpoints have it.

    `wait_us`: how long this call waited for it (ModelLoadingWaitTime), which another call may have begun.
    """

    download_us: int
    load_us: int
    wait_us: int


@dataclass(frozen=True)
class LoadedModel:
    """A model that a multi-model server holds; `used_at` is monotonic."""

    target_model: str
    used_at: float


@dataclass(frozen=True)
class InvocationResult:
    """A container's own answer, whatever its status.

    `hostname`: the container that answered, in a pipeline the last one called. `headers`: lower-case names.
    `latency_us`: time inside the containers (AWS's ModelLatency). `overhead_us`: the rest of the call, the wait for a
    target model included (AWS's OverheadLatency). `model_load`: what a multi-model server did before; None where its
    model was loaded already (AWS's ModelCacheHit).
    """

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str]
    hostname: str
    latency_us: int
    overhead_us: int
    model_load: ModelLoad | None = None

    @property
    def ok(self) -> bool:
        """Whether the container answered with a 2xx."""
        return 200 <= self.status < 300

    @property
    def custom_attributes(self) -> str | None:
        """What the container said in X-Amzn-SageMaker-Custom-Attributes."""
        return self.headers.get("x-amzn-sagemaker-custom-attributes")


class MultiModelSource(Protocol):
    """Where a multi-model server gets its models from."""

    def fetch(self, target_model: str, destination: Path) -> None:
        """Put the files of `target_model` into the empty folder `destination`.

        Called once each time that the model is to be loaded. Raises ArtifactError, whose message is for the client.
        """
