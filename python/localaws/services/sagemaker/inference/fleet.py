"""The instances of one variant: start, choose, drain, stop."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localaws.api.errors import AwsError
from localaws.iam import RoleSession
from localaws.runtime.serving import ContainerSpec, ModelServer, ServingError
from localaws.services.sagemaker.inference.instance import Instance, failure_reason, prefix_models
from localaws.services.sagemaker.inference.logs import EndpointLog
from localaws.services.sagemaker.inference.served_model import HostingFailure, ServedModel, place

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["VariantFleet"]

# What AWS gives a container to pass its first health check, unless the variant says otherwise.
_HEALTH_SECONDS = 480
_SERVERLESS_HEALTH_SECONDS = 180
_DRAIN_SECONDS = 70.0  # an invocation may take 60 s
_GRACE_SECONDS = 5.0
_STARTING_AT_ONCE = 2
# How many models an instance of a multi-model endpoint keeps loaded (AWS: as many as its memory holds).
MOST_MODELS_VARIABLE = "LOCALAWS_MOST_LOADED_MODELS"
_MOST_MODELS = 50


@dataclass(eq=False)
class VariantFleet:
    """The instances of one production variant of one deployed configuration.

    `variant` is the ProductionVariant of the endpoint configuration.  `weight` and `count` (desired instances) start
    from it and change with UpdateEndpointWeightsAndCapacities and autoscaling.  `taken` counts requests.
    """

    stack: Account
    endpoint: str
    variant: Mapping[str, Any]
    model: ServedModel
    log: EndpointLog
    directory: Path
    weight: float
    count: int
    credentials: RoleSession | None = None
    on_change: Callable[[], None] = lambda: None
    instances: tuple[Instance, ...] = ()
    taken: int = 0
    _specs: list[ContainerSpec] = field(default_factory=list)
    _free: threading.Condition = field(default_factory=threading.Condition)
    _scaling: threading.Lock = field(default_factory=threading.Lock)
    _waiting: int = 0
    _starting: set[ModelServer | None] = field(default_factory=set)
    _stopped: bool = False

    @property
    def name(self) -> str:
        return str(self.variant["VariantName"])

    @property
    def serverless(self) -> bool:
        return "ServerlessConfig" in self.variant

    @cached_property
    def _most_at_once(self) -> int:
        return int(self.variant["ServerlessConfig"]["MaxConcurrency"])

    @property
    def started(self) -> bool:
        """Whether the model has been brought here."""
        return bool(self._specs)

    @property
    def in_flight(self) -> int:
        """How many requests the variant works on."""
        with self._free:
            return sum(instance.in_flight for instance in self.instances)

    def start(self) -> None:
        """Download the model and bring `count` instances into service.

        Raises HostingFailure; whatever had started is stopped then.
        """
        try:
            if self.model.role_arn:
                self.credentials = self.stack.assume_role(
                    self.model.role_arn, self.stack.store.arn_of("Endpoint", self.endpoint)
                )
            session = self.stack.session(self.credentials) if self.credentials else None
            self.directory.mkdir(parents=True, exist_ok=True)
            self._specs = place(self.model, session, self.stack.region, self.directory)
            self.scale(self.count)
        except AwsError as error:
            raise HostingFailure(error.message) from error
        except BaseException:
            self.stop()
            raise

    def scale(self, count: int) -> None:
        """Have `count` instances: new ones get traffic once healthy, old ones lose it before they stop.

        Raises HostingFailure when a new instance does not become healthy; the others go on.
        """
        with self._scaling:
            missing = count - len(self.instances)
            if missing > 0:
                with ThreadPoolExecutor(_STARTING_AT_ONCE, "start-instance") as pool:
                    for started in [pool.submit(self._start_one) for _ in range(missing)]:
                        started.result()
            elif missing < 0:
                self._remove(self.instances[count:])

    def acquire(self) -> Instance | None:
        """The instance with the least to do, its in-flight count raised; None where the variant has none.

        Raises AwsError where a serverless variant works on MaxConcurrency requests already.
        """
        with self._free:
            if not self.instances:
                return None
            if self.serverless and sum(instance.in_flight for instance in self.instances) >= self._most_at_once:
                raise AwsError("ThrottlingException", "Rate exceeded", 429)
            chosen = min(self.instances, key=lambda instance: instance.in_flight)
            chosen.in_flight += 1
            self.taken += 1
            return chosen

    def release(self, instance: Instance) -> None:
        """Give back what `acquire` gave."""
        with self._free:
            instance.in_flight -= 1
            if instance.in_flight == 0 and self._waiting:
                self._free.notify_all()

    def stop(self) -> None:
        """Take no more requests, finish those in flight, end every instance, those that are only starting too."""
        with self._free:
            self._stopped = True
            starting = tuple(self._starting)
        for server in starting:
            if server is not None:
                server.stop(grace_seconds=0)
        with self._scaling:
            self._remove(self.instances)
        if self.credentials:
            self.stack.container_credentials.close(self.credentials)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start_one(self) -> None:
        identity = f"i-{secrets.token_hex(9)[:17]}"
        several, chooser = len(self._specs) > 1, self.model.chooser

        def on_line(container: str, line: str) -> None:
            stream = f"{self.name}/{identity}"
            self.log.add(f"{stream}/{container}" if several else stream, line)

        server = None
        try:
            server = ModelServer(
                self._specs,
                work_dir=self.directory / identity,
                images=self.stack.images,
                environment=self.stack.container_environment(self.credentials),
                on_line=on_line,
                mode=self.model.mode,
                network=self.model.network,
                multi_model=prefix_models(self.stack, self.model, self.credentials),
                cache=chooser is None or chooser.cache,
                most_models=int(os.environ.get(MOST_MODELS_VARIABLE) or _MOST_MODELS),
            )
            with self._free:
                if self._stopped:
                    raise HostingFailure(f"Variant {self.name} was stopped while it started.")
                self._starting.add(server)
            server.start(self._health_seconds())
        except ServingError as error:
            self.log.flush()
            raise HostingFailure(failure_reason(error, self.name, self.model)) from error
        finally:
            with self._free:
                self._starting.discard(server)
        with self._free:
            self.instances = (*self.instances, Instance(identity, server))
        self.on_change()

    def _remove(self, leaving: tuple[Instance, ...]) -> None:
        with self._free:
            self.instances = tuple(instance for instance in self.instances if instance not in leaving)
            self._waiting += 1
            limit = _GRACE_SECONDS if self.stack.shutdown.is_set() else _DRAIN_SECONDS
            deadline = time.monotonic() + limit
            while any(instance.in_flight for instance in leaving) and time.monotonic() < deadline:
                self._free.wait(0.2)
                if self.stack.shutdown.is_set():
                    deadline = min(deadline, time.monotonic() + _GRACE_SECONDS)
            self._waiting -= 1
        grace = 1.0 if self.stack.shutdown.is_set() else _GRACE_SECONDS
        stopping = [
            threading.Thread(target=instance.server.stop, args=(grace,), name=f"stop-{instance.id}", daemon=True)
            for instance in leaving
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        if leaving:
            self.on_change()

    def _health_seconds(self) -> float:
        if self.serverless:
            return _SERVERLESS_HEALTH_SECONDS
        return float(self.variant.get("ContainerStartupHealthCheckTimeoutInSeconds", _HEALTH_SECONDS))
