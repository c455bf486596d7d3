"""The containers of one model on one instance, and invocations of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from localaws.containers.images import ImageTable
from localaws.containers.serving.container import Container
from localaws.containers.serving.interface import (
    ContainerSpec,
    Invocation,
    InvocationResult,
    MultiModelSource,
    ServingError,
)

__all__ = ["ModelServer"]

MOST_CONTAINERS = 15
_TARGET_MODEL = "X-Amzn-SageMaker-Target-Model"


class ModelServer:
    """One instance of a hosted model.

    containers: 1 to 15, in the order of a pipeline. work_dir: an own directory, emptied by `stop`; paths of models may
    lie elsewhere. environment: credentials, region and endpoint for what runs inside. on_line gets (container, line) of
    all output, from several threads. multi_model makes the single container a multi-model one. mode "Direct" lets an
    invocation choose its container. network False isolates the containers.

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
        multi_model: MultiModelSource | None = None,
        mode: Literal["Serial", "Direct"] = "Serial",
        network: bool = True,
    ) -> None:
        if not 1 <= len(containers) <= MOST_CONTAINERS:
            raise ValueError(f"a model has 1 to {MOST_CONTAINERS} containers, not {len(containers)}")
        self._mode = mode
        names = [spec.hostname or (f"container-{n}" if len(containers) > 1 else "primary")
                 for n, spec in enumerate(containers, start=1)]  # fmt: skip
        self._containers = [
            Container(name, spec, work_dir / name, images, environment, on_line, network=network)
            for name, spec in zip(names, containers, strict=True)
        ]

    def start(self, timeout_seconds: float) -> None:
        """Start every container and wait until all answer /ping with 200.

        Raises ServingError; whatever had started is stopped then.
        """
        deadline = time.monotonic() + timeout_seconds
        try:
            for container in self._containers:
                container.start()
            for container in self._containers:
                container.wait_healthy(deadline)
        except ServingError:
            self.stop(grace_seconds=0)
            raise

    def ping(self) -> bool:
        """Whether every container answers /ping with 200."""
        return all(container.ping() for container in self._containers)

    def stop(self, grace_seconds: float = 10.0) -> None:
        """Refuse new invocations, let running ones finish for at most `grace_seconds`, end all processes."""
        stopping = [
            threading.Thread(target=container.stop, args=(grace_seconds,), name=f"stop-{container.name}")
            for container in self._containers
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def invoke(self, invocation: Invocation) -> InvocationResult:
        """Run one request through the model; raises ServingError where no container answers."""
        began = time.perf_counter_ns()
        body, content_type = invocation.body, invocation.content_type
        latencies: dict[str, int] = {}
        chain = self._chain(invocation)
        for container in chain:
            last = container is chain[-1]
            headers = _headers(invocation, content_type, invocation.accept if last else "")
            sent = time.perf_counter_ns()
            answer = container.request("POST", "/invocations", headers, body, invocation.timeout_seconds)
            latencies[container.name] = (time.perf_counter_ns() - sent) // 1000
            body, content_type = answer.body, answer.headers.get("content-type", "")
            if not 200 <= answer.status < 300:
                break
        latency = sum(latencies.values())
        return InvocationResult(
            answer.status,
            body,
            content_type,
            answer.headers,
            container.name,
            latency,
            (time.perf_counter_ns() - began) // 1000 - latency,
            latencies,
        )

    def _chain(self, invocation: Invocation) -> list[Container]:
        if self._mode == "Serial":
            return self._containers
        for container in self._containers:
            if container.name == invocation.target_container:
                return [container]
        names = ", ".join(container.name for container in self._containers)
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
