"""Run one container's worth of work: a command of an image's runtime, in its sandbox, until it ends or must end."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from localaws.runtime import sandbox, virtual_environment
from localaws.runtime.environment import base_environment
from localaws.runtime.images import PROGRAMS, ImageTable, Runtime, load_images
from localaws.runtime.visible import named_paths

TICK_SECONDS = 0.2
LAST_WORDS = 20
LONGEST_LINE_BYTES = 256 * 1024  # a CloudWatch Logs event holds no more


class NoCommandError(ValueError):
    """A job names no entry point and its image has none either."""


@dataclass
class ContainerRun:
    """What to run.

    `ml_root` becomes /opt/ml. `entrypoint` None leaves the command to the image. `on_line` gets each line of output as
    it comes, without its newline. `timeout_seconds` and `stop` end the run: SIGTERM, then after `grace_seconds()`
    (AWS: 120) every process is killed. `threads` is how many the libraries inside may use. `scratch` (default: beside
    `ml_root`) holds the private home and temporary directories.
    """

    image: str
    entrypoint: list[str] | None
    arguments: list[str]
    environment: dict[str, str]
    ml_root: Path
    on_line: Callable[[str], None]
    timeout_seconds: float
    stop: threading.Event
    mode: Literal["processing", "train"]
    images: ImageTable = field(default_factory=load_images)
    grace_seconds: Callable[[], float] = lambda: 10.0
    network: bool = True
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    scratch: Path | None = None


@dataclass(frozen=True)
class ContainerResult:
    """How a run ended. `exit_code` is as Docker has it; `last_words` are the last lines of standard error."""

    exit_code: int
    timed_out: bool = False
    stopped: bool = False
    last_words: tuple[str, ...] = ()


def run_container(run: ContainerRun) -> ContainerResult:
    """Run to the end; raises UnknownImageError, ImageTableError and NoCommandError before anything starts."""
    runtime = run.images.runtime(run.image)
    scratch = run.scratch or run.ml_root.with_name(f"{run.ml_root.name}-scratch")
    argv = _argv(run, runtime, scratch)
    environment = base_environment(runtime.python, scratch, run.threads)
    if runtime.framework:
        environment["SAGEMAKER_FRAMEWORK"] = runtime.framework
    environment |= run.environment
    keep = () if run.entrypoint else named_paths(runtime.command)
    command = sandbox.Command(argv, environment, str(scratch / "home"), run.network, keep=keep)
    line = sandbox.prepare(command, run.ml_root, scratch, runtime.python)
    virtual_environment.write(runtime.python, scratch / "packages")
    if warning := sandbox.WARNINGS[sandbox.kind()]:
        run.on_line(warning)
    process = subprocess.Popen(
        line,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=sandbox.supervisor_environment(),
    )
    with process:
        return _follow(run, process)


def _argv(run: ContainerRun, runtime: Runtime, scratch: Path) -> list[str]:
    if run.entrypoint:
        return [*run.entrypoint, *run.arguments]
    if runtime.command:
        return [*runtime.command, *run.arguments]
    if program := _program(run, runtime):
        python = virtual_environment.interpreter(scratch / "packages")
        arguments = run.arguments if run.mode == "processing" else ()
        return [python, str(PROGRAMS), program, run.image.rpartition(":")[2], *arguments]
    raise NoCommandError(
        f"Image {run.image} has no entry point here: give the job one (ContainerEntrypoint), or the image a `command` "
        "in the image table."
    )


def _program(run: ContainerRun, runtime: Runtime) -> str | None:
    """The program that does what the image's own entry point does; None where the image has none."""
    if run.mode == "processing":
        return runtime.processes
    if not runtime.trains:
        return None
    script = runtime.framework and (_names_script(run) or not runtime.algorithm)
    return "script_mode" if script else f"{runtime.algorithm}_algorithm"


def _names_script(run: ContainerRun) -> bool:
    if run.environment.get("SAGEMAKER_PROGRAM"):
        return True
    hyperparameters = run.ml_root / "input" / "config" / "hyperparameters.json"
    return hyperparameters.exists() and "sagemaker_program" in json.loads(hyperparameters.read_text(encoding="utf-8"))


class _Lines:
    """Splits one stream into lines; a line longer than a log event is cut."""

    def __init__(self, stream: IO[bytes], on_line: Callable[[str], None]) -> None:
        self.stream, self.on_line, self.rest = stream, on_line, b""
        os.set_blocking(stream.fileno(), False)

    def read(self) -> bool:
        """Take what is there; False at the end of the stream."""
        chunk = os.read(self.stream.fileno(), 65536)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        if len(self.rest) > LONGEST_LINE_BYTES or (not chunk and self.rest):
            lines, self.rest = [*lines, self.rest], b""
        for line in lines:
            self.on_line(line.decode("utf-8", "replace").rstrip("\r"))
        return bool(chunk)


def _follow(run: ContainerRun, process: subprocess.Popen[bytes]) -> ContainerResult:
    assert process.stdout
    assert process.stderr
    words: deque[str] = deque(maxlen=LAST_WORDS)

    def on_error_line(line: str) -> None:
        words.append(line)
        run.on_line(line)

    ending = _Ending(run, process)
    with selectors.DefaultSelector() as selector:
        for stream, on_line in ((process.stdout, run.on_line), (process.stderr, on_error_line)):
            selector.register(stream, selectors.EVENT_READ, _Lines(stream, on_line))
        while selector.get_map() and not ending.abandoned():
            ending.look()
            for key, _ in selector.select(TICK_SECONDS):
                if not key.data.read():
                    selector.unregister(key.fileobj)
    while process.poll() is None:
        ending.look()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TICK_SECONDS)
    return ContainerResult(process.returncode, ending.timed_out, ending.stopped, tuple(words))


class _Ending:
    """Decides when a run must end and sees to it: SIGTERM, grace, kill."""

    def __init__(self, run: ContainerRun, process: subprocess.Popen[bytes]) -> None:
        self.run, self.process = run, process
        self.deadline = time.monotonic() + run.timeout_seconds
        self.kill_at: float | None = None
        self.ended_at: float | None = None
        self.timed_out = self.stopped = False

    def look(self) -> None:
        """To be called every tick."""
        now = time.monotonic()
        if self.kill_at is None:
            self.stopped = self.run.stop.is_set()
            self.timed_out = not self.stopped and now >= self.deadline
            if self.stopped or self.timed_out:
                self.process.send_signal(signal.SIGTERM)
                self.kill_at = now + self.run.grace_seconds()
        elif now >= self.kill_at and self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()  # the supervisor kills everything when its lifeline closes

    def abandoned(self) -> bool:
        """The job has ended but a process that escaped its supervision still holds the output open."""
        if self.process.poll() is None:
            return False
        self.ended_at = self.ended_at or time.monotonic()
        return time.monotonic() - self.ended_at > 2 * TICK_SECONDS
