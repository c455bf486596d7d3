"""The process tree of a container: started anew each time that it has ended, and reached the same way."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO

from localaws.runtime import sandbox, virtual_environment
from localaws.runtime.serving.interface import ContainerSpec
from localaws.runtime.serving.launch import Launch
from localaws.runtime.serving.namespace import Namespace
from localaws.runtime.visible import named_paths

__all__ = ["ContainerProcess"]

_BACKLOG = 1024


class ContainerProcess:
    """What `launch` says, in a sandbox whose folders lie in `work_dir`; `models` is shown as /opt/ml/models.

    One thread starts it at a time; the other methods may be called from any thread.
    """

    def __init__(
        self, spec: ContainerSpec, launch: Launch, work_dir: Path, scratch: Path, models: Path | None, *, network: bool
    ) -> None:
        self._spec, self._launch, self._models, self._network = spec, launch, models, network
        self._scratch, self._ml = scratch, work_dir / "ml"
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None
        self._namespace: Namespace | None = None

    def start(self) -> None:
        """Start the process; raises OSError. What an earlier one left in its folders is gone."""
        for directory in (self._scratch, self._ml):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
        prepared = self._launch
        argv, companion = list(prepared.argv), None
        passed, companion_passed = tuple[int, ...](), tuple[int, ...]()
        if prepared.listens == "inherited":
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
            argv.append(str(self._listener.fileno()))
            passed = (self._listener.fileno(),)
        if prepared.listens == "namespace":
            if self._namespace:
                self._namespace.close()
            self._namespace = Namespace(prepared.environment.get("AWS_ENDPOINT_URL") if self._network else None)
            companion = self._namespace.command()
            companion_passed = (self._namespace.descriptor,)
        command = sandbox.Command(
            argv,
            prepared.environment,
            str(self._scratch / "home"),
            self._network and prepared.listens != "namespace",
            mounts=self._mounts(),
            companion=companion,
            keep=named_paths(prepared.runtime.serve),
            descriptors=passed,
            companion_descriptors=companion_passed,
        )
        line = sandbox.prepare(command, self._ml, self._scratch, prepared.runtime.python)
        virtual_environment.write(prepared.runtime.python, self._scratch / "packages")
        self._process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(*passed, *companion_passed),
            env=sandbox.supervisor_environment(),
        )
        if self._namespace:
            self._namespace.started()

    def connect(self, seconds: float) -> socket.socket:
        """A connection to the server; raises OSError."""
        if self._namespace:
            return self._namespace.connect(seconds)
        port = self._listener.getsockname()[1] if self._listener else self._launch.port
        connected = socket.create_connection(("127.0.0.1", port), seconds)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    @property
    def output(self) -> IO[bytes]:
        """What the present process writes."""
        assert self._process
        assert self._process.stdout
        return self._process.stdout

    @property
    def exit_code(self) -> int | None:
        """Of the process that has ended; None while it lives or before it has been started."""
        return None if self._process is None else self._process.poll()

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait(self) -> int:
        """The exit code of the present process, once it has ended."""
        assert self._process
        code = self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        return code

    def kill(self) -> None:
        """End every process of the container now: its supervisor kills them when its lifeline closes."""
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def stop(self, grace_seconds: float) -> None:
        """Ask the server to finish what it works on, then end every process."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace_seconds)
        self.kill()
        self._process.wait()

    def close(self) -> None:
        """Remove what a stopped process leaves behind."""
        if self._listener:
            self._listener.close()
        if self._namespace:
            self._namespace.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        shutil.rmtree(self._ml, ignore_errors=True)

    def _mounts(self) -> tuple[tuple[str, str], ...]:
        mounts = []
        if self._models:
            mounts.append((str(self._models), "models"))
        if self._spec.model_dir:
            mounts.append((str(self._spec.model_dir), "model"))
        else:
            (self._ml / "model").mkdir()
        return tuple(mounts)
