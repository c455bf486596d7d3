"""One container of a hosted model: its process, its log, its connections."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from localaws.containers import sandbox
from localaws.containers.environment import write_interpreter_names
from localaws.containers.images import ImageTable
from localaws.containers.serving.connections import Connections
from localaws.containers.serving.http_client import Answer, StreamedAnswer
from localaws.containers.serving.interface import ContainerSpec, ServingError
from localaws.containers.serving.launch import launch
from localaws.containers.serving.namespace import Namespace

__all__ = ["Container"]

LONGEST_LINE_BYTES = 256 * 1024  # a CloudWatch Logs event holds no more
_LAST_WORDS = 20
_PING_SECONDS = 2.0  # AWS's limit for an answer to /ping
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.005, 0.25
_RESTART_SECONDS, _LONGEST_RESTART_SECONDS = 0.2, 10.0
_STEADY_SECONDS = 30.0  # a container that ran so long starts again at once when it ends
_BACKLOG = 1024


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
        self.name, self._spec, self._on_line = name, spec, on_line
        self._scratch, self._ml = work_dir / "scratch", work_dir / "ml"
        self._network, self._models = network, models
        self._launch = launch(
            spec,
            images,
            self._scratch,
            environment,
            multi_model=models is not None,
            namespaces=sandbox.kind() == "namespaces",
        )
        self.log: deque[str] = deque(maxlen=_LAST_WORDS)
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None
        self._namespace: Namespace | None = None
        self._connections = Connections(name, self._connect)
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._healthy = False
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        """Start the process and return; see `wait_healthy`."""
        if self._launch.listens == "inherited":
            self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._spawn()
        self._watcher = threading.Thread(target=self._watch, name=f"container-{self.name}", daemon=True)
        self._watcher.start()

    def wait_healthy(self, deadline: float) -> None:
        """Wait for a 200 from /ping until `deadline` (monotonic); raises ServingError as soon as it cannot come."""
        pause = _FIRST_PAUSE_SECONDS
        while not self._serves():
            process = self._process
            if process is None or process.poll() is not None or time.monotonic() > deadline or self._stopping.is_set():
                code = None if process is None else process.poll()
                why = "gave no 200 in time" if code is None else f"ended with exit code {code}"
                if self._watcher and code is not None:
                    self._stopping.set()
                    self._watcher.join(_PING_SECONDS)
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

    def ping(self) -> bool:
        """Whether GET /ping answers 200."""
        try:
            return self.request("GET", "/ping", (), b"", _PING_SECONDS).status == 200
        except ServingError:
            return False

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

    def stream(
        self, path: str, headers: tuple[tuple[str, str], ...], body: bytes, seconds: float, most_seconds: float
    ) -> tuple[StreamedAnswer, Callable[[], None]]:
        """One POST whose answer comes part by part, and a function that ends it; see `Connections.stream`."""
        if self._stopping.is_set():
            raise ServingError("stopped", f"The {self.name} container is stopping.", hostname=self.name, status=503)
        return self._connections.stream("POST", path, headers, body, seconds, most_seconds)

    def forget(self, key: str) -> None:
        """Close the idle connections of `key`."""
        self._connections.forget(key)

    def stop(self, grace_seconds: float) -> None:
        """Ask the server to finish what it works on, then end every process of the container."""
        with self._starting:
            self._stopping.set()
        self._connections.close()
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace_seconds)
            if process.stdin:
                process.stdin.close()  # the supervisor kills everything when its lifeline closes
            process.wait()
        if self._watcher:
            self._watcher.join()
        if self._listener:
            self._listener.close()
        if self._namespace:
            self._namespace.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        shutil.rmtree(self._ml, ignore_errors=True)

    def _connect(self, seconds: float) -> socket.socket:
        if self._namespace:
            return self._namespace.connect(seconds)
        port = self._listener.getsockname()[1] if self._listener else self._launch.port
        connected = socket.create_connection(("127.0.0.1", port), seconds)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def _spawn(self) -> None:
        for directory in (self._scratch, self._ml):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
        prepared = self._launch
        argv, passed, companion = list(prepared.argv), list[int](), None
        if self._listener:
            argv.append(str(self._listener.fileno()))
            passed.append(self._listener.fileno())
        if prepared.listens == "namespace":
            if self._namespace:
                self._namespace.close()
            self._namespace = Namespace(prepared.environment.get("AWS_ENDPOINT_URL") if self._network else None)
            companion = self._namespace.command()
            passed.append(self._namespace.descriptor)
        command = sandbox.Command(
            argv,
            prepared.environment,
            str(self._scratch / "home"),
            self._network and prepared.listens != "namespace",
            mounts=self._mounts(),
            companion=companion,
            keep=sandbox.named_paths(prepared.runtime.serve),
        )
        line = sandbox.prepare(command, self._ml, self._scratch, prepared.runtime.python)
        write_interpreter_names(prepared.runtime.python, self._scratch / "bin")
        if sandbox.kind() == "rewritten":
            self._write(sandbox.WARNING)
        process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=passed,
        )
        if self._namespace:
            self._namespace.started()
        self._process = process

    def _mounts(self) -> tuple[tuple[str, str], ...]:
        mounts = []
        if self._models:
            mounts.append((str(self._models), "models"))
        if self._spec.model_dir:
            mounts.append((str(self._spec.model_dir), "model"))
        else:
            (self._ml / "model").mkdir()
        return tuple(mounts)

    def _watch(self) -> None:
        """Follow the log; start the container again when it ends by itself after it was healthy."""
        pause = _RESTART_SECONDS
        while True:
            process, began = self._process, time.monotonic()
            assert process
            assert process.stdout
            with process.stdout as output:
                while line := output.readline(LONGEST_LINE_BYTES):
                    self._write(line.decode("utf-8", "replace").rstrip("\r\n"))
            code = process.wait()
            if process.stdin:
                process.stdin.close()
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

    def _write(self, line: str) -> None:
        self.log.append(line)
        self._on_line(self.name, line)

    def _last_words(self) -> str:
        words = next((line for line in reversed(self.log) if line.strip()), "")
        return f"Last line of its log: {words}" if words else "It wrote nothing to its log."
