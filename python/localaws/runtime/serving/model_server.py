"""The containers of one model on one instance, and invocations of them."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from localaws.runtime.images import ImageTable
from localaws.runtime.serving.container import Container
from localaws.runtime.serving.http_client import Answer
from localaws.runtime.serving.interface import (
    ContainerSpec,
    Invocation,
    InvocationResult,
    LoadedModel,
    ModelLoad,
    MultiModelSource,
    ServingError,
)
from localaws.runtime.serving.multi_model import Models

__all__ = ["ModelServer"]

MOST_CONTAINERS = 15
_ADVICE_SECONDS = 2.0
_ATTEMPTS = 2
_TARGET_MODEL = "X-Amzn-SageMaker-Target-Model"


class ModelServer:
    """One instance of a hosted model.

    containers: 1 to 15, in the order of a pipeline. work_dir: an own directory, removed by `stop`; the models' folders
    may lie elsewhere. environment: credentials, region and endpoint for what runs inside. on_line gets (container,
    line) of all output, from several threads. mode "Direct" lets an invocation choose its container. network False
    isolates the containers. Any method may be called from any thread.

    multi_model is what the multi-model container loads: the one whose `multi_model` is set, or the only one; a pipeline
    can have one of them (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html). `cache` False
    unloads a model after each use. most_models and most_model_bytes (memory of all models) limit SageMaker's own
    images; a container of the user's has limits of its own. 0 is no limit.

    Container contract: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
    """

    def __init__(
        self,
        containers: Sequence[ContainerSpec],
        *,
        work_dir: Path,
        images: ImageTable,
        environment: Mapping[str, str],
        on_line: Callable[[str, str], None],
        mode: Literal["Serial", "Direct"] = "Serial",
        network: bool = True,
        multi_model: MultiModelSource | None = None,
        cache: bool = True,
        most_models: int = 0,
        most_model_bytes: int = 0,
    ) -> None:
        if not 1 <= len(containers) <= MOST_CONTAINERS:
            raise ValueError(f"a model has 1 to {MOST_CONTAINERS} containers, not {len(containers)}")
        targets = [spec.multi_model for spec in containers] if len(containers) > 1 else [multi_model is not None]
        if sum(targets) != (multi_model is not None):
            raise ValueError(f"a multi-model server has one multi-model container, not {sum(targets)}")
        self._mode, self._work_dir = mode, work_dir
        folder = None
        if multi_model:
            folder = work_dir / "models"
            folder.mkdir(parents=True)
            limits = {"LOCALAWS_MOST_MODELS": most_models, "LOCALAWS_MOST_MODEL_BYTES": most_model_bytes}
            environment = {**environment, **{name: str(value) for name, value in limits.items()}}
        several = len(containers) > 1
        names = [spec.hostname or (f"container-{n}" if several else "primary") for n, spec in enumerate(containers, 1)]
        self.containers = [
            Container(
                name,
                spec,
                work_dir / "containers" / name,
                images,
                environment,
                on_line,
                network=network,
                models=folder if target else None,
            )
            for name, spec, target in zip(names, containers, targets, strict=True)
        ]
        self._models = None
        if multi_model and folder:
            self._models = Models(self.containers[targets.index(True)], multi_model, folder, cache)

    def start(self, timeout_seconds: float) -> None:
        """Start every container and wait until all answer /ping with 200.

        Raises ServingError; whatever had started is stopped then.
        """
        deadline = time.monotonic() + timeout_seconds
        try:
            for container in self.containers:
                container.start()
            for container in self.containers:
                container.wait_healthy(deadline)
        except ServingError:
            self.stop(grace_seconds=0)
            raise

    def ping(self) -> bool:
        """Whether every container answers /ping with 200."""
        return all(container.ping() for container in self.containers)

    def execution_parameters(self) -> bytes | None:
        """What the first container answers to GET /execution-parameters, by which it advises a transform job; or None.

        https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
        """
        try:
            answer = self.containers[0].request("GET", "/execution-parameters", (), b"", _ADVICE_SECONDS)
        except ServingError:
            return None
        return answer.body if answer.status == 200 else None

    def stop(self, grace_seconds: float = 10.0) -> None:
        """Refuse new invocations, let running ones finish for at most `grace_seconds`, end all processes."""
        stopping = [
            threading.Thread(target=container.stop, args=(grace_seconds,), name=f"stop-{container.name}")
            for container in self.containers
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        shutil.rmtree(self._work_dir, ignore_errors=True)

    def invoke(self, invocation: Invocation) -> InvocationResult:
        """Run one request through the model; raises ServingError where no container answers."""
        began = time.perf_counter_ns()
        if self._models and not invocation.target_model:
            raise ServingError("model", "A multi-model endpoint is invoked with a TargetModel.", status=400)
        body, content_type = invocation.body, invocation.content_type
        latency_us = 0
        load: ModelLoad | None = None
        chain = self._chain(invocation)
        for container in chain:
            headers = _headers(invocation, content_type, invocation.accept if container is chain[-1] else "")
            if self._models and container is self._models.container:
                answer, took_us, load = self._ask_model(self._models, invocation, headers, body)
            else:
                sent = time.perf_counter_ns()
                answer = container.request("POST", "/invocations", headers, body, invocation.timeout_seconds)
                took_us = (time.perf_counter_ns() - sent) // 1000
            latency_us += took_us
            body, content_type = answer.body, answer.headers.get("content-type", "")
            if not 200 <= answer.status < 300:
                break
        overhead_us = (time.perf_counter_ns() - began) // 1000 - latency_us
        return InvocationResult(
            answer.status, body, content_type, answer.headers, container.name, latency_us, overhead_us, load
        )

    def loaded_models(self) -> list[LoadedModel]:
        """The models that a multi-model server holds now."""
        return self._models.loaded() if self._models else []

    def _ask_model(
        self, models: Models, invocation: Invocation, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> tuple[Answer, int, ModelLoad | None]:
        """The target model's answer to `body`, the microseconds that it took, and the loading before it."""
        target, seconds = invocation.target_model or "", invocation.timeout_seconds
        for attempt in range(_ATTEMPTS):
            with models.use(target, seconds) as (name, load):
                sent = time.perf_counter_ns()
                answer = models.container.request("POST", f"/models/{name}/invoke", headers, body, seconds, key=name)
                latency = (time.perf_counter_ns() - sent) // 1000
            if answer.status != 404 or attempt == _ATTEMPTS - 1:
                break
            models.forget(target, name)  # a container that was started again has no models
        return answer, latency, load

    def _chain(self, invocation: Invocation) -> list[Container]:
        if self._mode == "Serial":
            return self.containers
        for container in self.containers:
            if container.name == invocation.target_container:
                return [container]
        names = ", ".join(container.name for container in self.containers)
        raise ServingError(
            "hostname",
            f"Container {invocation.target_container!r} is not one of the model's: {names}. Name it in "
            "TargetContainerHostname.",
            status=400,
        )


def _headers(invocation: Invocation, content_type: str, accept: str) -> tuple[tuple[str, str], ...]:
    named = (
        ("Content-Type", content_type),
        ("Accept", accept),
        ("X-Amzn-SageMaker-Custom-Attributes", invocation.custom_attributes),
        ("X-Amzn-SageMaker-Inference-Id", invocation.inference_id),
        (_TARGET_MODEL, invocation.target_model),
        *invocation.headers.items(),
    )
    return tuple((name, value) for name, value in named if value)
