"""One container of a hosted model: its life, its log, its connections."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from localaws.runtime import sandbox
from localaws.runtime.images import ImageTable
from localaws.runtime.serving.connections import Connections
from localaws.runtime.serving.health import Ping, keep_healthy
from localaws.runtime.serving.http_client import Answer
from localaws.runtime.serving.interface import ContainerSpec, ServingError
from localaws.runtime.serving.launch import launch
from localaws.runtime.serving.process import ContainerProcess

__all__ = ["Container"]

LONGEST_LINE_BYTES = 256 * 1024  # a CloudWatch Logs event holds no more
_LAST_WORDS = 20
_PING_SECONDS = 2.0  # AWS's limit for an answer to /ping
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.005, 0.25
_RESTART_SECONDS, _LONGEST_RESTART_SECONDS = 0.2, 10.0
_STEADY_SECONDS = 30.0  # a container that ran so long starts again at once when it ends


class Container:
    """A supervised model server; every method may be called from any thread."""

    def __init__(
        self,
        name: str,
        spec: ContainerSpec,
        work_dir: Path,
        images: ImageTable,
        environment: Mapping[str, str],
        on_line: Callable[[str, str], None],
        *,
        network: bool,
        models: Path | None = None,
    ) -> None:
        self.name, self._on_line = name, on_line
        self._models = models
        scratch = work_dir / "scratch"
        prepared = launch(
            spec,
            images,
            scratch,
            environment,
            multi_model=models is not None,
            namespaces=sandbox.kind() == "namespaces",
        )
        self.log: deque[str] = deque(maxlen=_LAST_WORDS)
        self._process = ContainerProcess(spec, prepared, work_dir, scratch, models, network=network)
        self._connections = Connections(name, self._process.connect)
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._healthy = False
        self._starts = 0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the process and return; see `wait_healthy`."""
        self._spawn()
        self._thread("container", self._watch)

    def wait_healthy(self, deadline: float) -> None:
        """Wait for a 200 from /ping until `deadline` (monotonic); raises ServingError as soon as it cannot come.

        From then on the container is pinged, and started again when it fails.
        """
        pause, startup_seconds = _FIRST_PAUSE_SECONDS, deadline - time.monotonic()
        while not self._serves():
            if not self._process.lives or time.monotonic() > deadline or self._stopping.is_set():
                code = self._process.exit_code
                why = "gave no 200 in time" if code is None else f"ended with exit code {code}"
                if self._threads and code is not None:
                    self._stopping.set()
                    self._threads[0].join(_PING_SECONDS)
                raise ServingError(
                    "start",
                    f"The {self.name} container did not pass the ping health check: its server {why}. "
                    f"{self._last_words()}",
                    hostname=self.name,
                    log=tuple(self.log),
                )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._healthy = True
        self._thread("health", lambda: keep_healthy(self, self._stopping, startup_seconds, self._end))

    def ping(self) -> bool:
        """Whether GET /ping answers 200."""
        return self.pinged() == "healthy"

    def pinged(self) -> Ping:
        """What GET /ping says."""
        try:
            answer = self.request("GET", "/ping", (), b"", _PING_SECONDS)
        except ServingError as error:
            return "late" if error.kind == "timeout" else "unhealthy"
        return "healthy" if answer.status == 200 else "unhealthy"

    def _serves(self) -> bool:
        """Whether /ping and, of a multi-model container, /models answer 200: AWS's check before an endpoint is up."""
        if not self.ping():
            return False
        if self._models is None:
            return True
        try:
            return self.request("GET", "/models", (), b"", _PING_SECONDS).status == 200
        except ServingError:
            return False

    def request(
        self,
        method: str,
        path: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        seconds: float,
        key: str = "",
    ) -> Answer:
        """One request; raises ServingError. Connections are kept for each `key` (a model of a multi-model server)."""
        if self._stopping.is_set():
            raise ServingError("stopped", f"The {self.name} container is stopping.", hostname=self.name, status=503)
        return self._connections.exchange(method, path, headers, body, seconds, key)

    def forget(self, key: str) -> None:
        """Close the idle connections of `key`."""
        self._connections.forget(key)

    def stop(self, grace_seconds: float) -> None:
        """Ask the server to finish what it works on, then end every process of the container."""
        with self._starting:
            self._stopping.set()
        self._connections.close()
        self._process.stop(grace_seconds)
        for thread in self._threads:
            thread.join()
        self._process.close()

    @property
    def starts(self) -> int:
        """How often its process was started."""
        return self._starts

    @property
    def busy(self) -> bool:
        """Whether it works on a request."""
        return self._connections.busy

    def _spawn(self) -> None:
        if warning := sandbox.WARNINGS[sandbox.kind()]:
            self._write(warning)
        self._process.start()
        self._starts += 1

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=f"{name}-{self.name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self) -> None:
        """Follow the log; start the container again when it ends by itself after it was healthy."""
        pause = _RESTART_SECONDS
        while True:
            began = time.monotonic()
            with self._process.output as output:
                while line := output.readline(LONGEST_LINE_BYTES):
                    self._write(line.decode("utf-8", "replace").rstrip("\r\n"))
            code = self._process.wait()
            pause = _RESTART_SECONDS if time.monotonic() - began > _STEADY_SECONDS else pause
            if self._stopping.is_set() or not self._healthy:
                return
            self._write(f"The container ended with exit code {code}; it is started again.")
            while not self._restart(pause):
                if self._stopping.is_set():
                    return
                pause = min(2 * pause, _LONGEST_RESTART_SECONDS)
            pause = min(2 * pause, _LONGEST_RESTART_SECONDS)

    def _restart(self, pause: float) -> bool:
        if self._stopping.wait(pause):
            return False
        with self._starting:
            if self._stopping.is_set():
                return False
            try:
                self._spawn()
            except OSError as error:  # no memory, no process, no room on the disk: these may pass
                self._write(f"The container cannot be started: {error}")
                return False
        return True

    def _end(self, reason: str) -> None:
        """End the process, which `_watch` then starts again."""
        with self._starting:
            if not self._stopping.is_set():
                self._write(f"{reason}: the container is ended.")
                self._process.kill()

    def _write(self, line: str) -> None:
        self.log.append(line)
        self._on_line(self.name, line)

    def _last_words(self) -> str:
        words = next((line for line in reversed(self.log) if line.strip()), "")
        return f"Last line of its log: {words}" if words else "It wrote nothing to its log."
