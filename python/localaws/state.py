"""Where a stack keeps what outlives a command: its home folder, its lock, and the file that says where it listens."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from localaws.runtime import leftovers
from localaws.runtime.processes import Process, find
from localaws.stack_lock import StackLock, holder

__all__ = ["Home", "NotAHomeError", "RunningStack", "default_home", "home"]

_HEALTH_TIMEOUT_SECONDS = 5.0


class NotAHomeError(Exception):
    """The folder holds something that no stack made."""


@dataclass(frozen=True)
class RunningStack:
    """How to reach a stack: written by the stack when it listens, removed when it ends."""

    pid: int
    endpoint_url: str
    region: str
    account_id: str
    access_key_id: str
    secret_access_key: str
    log: str | None

    def is_healthy(self) -> bool:
        """Whether this very process answers at the endpoint: a stale file with a reused pid or port does not count."""
        try:
            return bool(self._told("health").get("pid") == self.pid)
        except (OSError, ValueError, urllib.error.URLError):
            return False

    def decisions(self) -> Any:
        """What the stack decided about roles (see `localaws.iam.decisions`)."""
        return self._told("decisions")

    def _told(self, path: str) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.endpoint_url}/_localaws/{path}", timeout=_HEALTH_TIMEOUT_SECONDS) as answer:
            return json.load(answer)


@dataclass(frozen=True)
class Home:
    """The folder of one stack; stacks with different folders do not know of each other."""

    path: Path

    @property
    def state_file(self) -> Path:
        return self.path / "stack.json"

    @property
    def log_file(self) -> Path:
        return self.path / "stack.log"

    @property
    def command_lock_file(self) -> Path:
        """Held by `up` and `down` while they work."""
        return self.path / "lock"

    @property
    def stack_lock_file(self) -> Path:
        """Held by the stack while it runs: nothing else decides whether it does."""
        return self.path / "stack.lock"

    @property
    def work_dir(self) -> Path:
        """The jobs' directories, removed when the stack ends."""
        return self.path / "work"

    @property
    def sdk_config(self) -> Path:
        """The SageMaker SDK's configuration file that every release accepts; others lie beside it."""
        return self.path / "sagemaker-sdk" / "any-release.yaml"

    def create(self) -> None:
        """Make the folder, for its owner's eyes only: the state file holds a secret key.

        Raises NotAHomeError where it has a `work` that no stack made: a stack would remove it.
        """
        if not self.path.is_dir():
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
        locks = (self.command_lock_file, self.stack_lock_file)
        if self.work_dir.exists() and not any(lock.exists() for lock in locks):
            raise NotAHomeError(f"{self.work_dir} was not made by a stack: set LOCALAWS_HOME to another folder")

    @contextmanager
    def one_command(self) -> Iterator[None]:
        """One `up` or `down` at a time."""
        with self.command_lock_file.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def lock(self) -> StackLock:
        """Take the stack's lock for this process; raises LockError where a stack has it."""
        lock = StackLock(self.stack_lock_file)
        process = find(os.getpid())
        assert process is not None
        lock.name(process)
        return lock

    def process(self) -> Process | None:
        """The process of the stack that runs here, whether it answers or not; raises LockError where it is hidden."""
        return holder(self.stack_lock_file)

    def write(self, stack: RunningStack) -> None:
        """Publish the stack; readers see the old file or the new one, never a part."""
        draft = self.state_file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(json.dumps(asdict(stack), indent=1, sort_keys=True) + "\n")
        draft.replace(self.state_file)

    def recorded(self, process: Process) -> RunningStack | None:
        """What the process wrote into the state file; None before that, as it ends, or where it is damaged."""
        try:
            stack = RunningStack(**json.loads(self.state_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        texts = [getattr(stack, field.name) for field in fields(stack) if field.name not in ("pid", "log")]
        whole = all(isinstance(text, str) for text in texts) and isinstance(stack.log, str | None)
        return stack if whole and stack.pid == process.pid else None

    def running(self) -> RunningStack | None:
        """The stack of this home that answers now."""
        process = self.process()
        stack = process and self.recorded(process)
        return stack if stack and stack.is_healthy() else None

    def clear(self) -> None:
        """End what the jobs of an ended stack left, and remove its files; to be called with the lock held."""
        leftovers.kill(self.work_dir)
        self.state_file.unlink(missing_ok=True)
        self.state_file.with_suffix(".new").unlink(missing_ok=True)
        shutil.rmtree(self.work_dir, ignore_errors=True)


def home() -> Home:
    """$LOCALAWS_HOME, else the default one."""
    if given := os.environ.get("LOCALAWS_HOME"):
        return Home(Path(given).expanduser().resolve())
    return default_home()


def default_home() -> Home:
    """`localaws` under $XDG_STATE_HOME, else `~/.local/state/localaws`."""
    base = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification says to ignore a relative path.
    root = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return Home((root / "localaws").resolve())
