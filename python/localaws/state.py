"""Where a stack keeps what outlives a command: its home folder and the file that says where it listens."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Home", "RunningStack", "home"]

_HEALTH_TIMEOUT_SECONDS = 5.0


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
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.endpoint_url}/_localaws/health", timeout=_HEALTH_TIMEOUT_SECONDS) as answer:
                return bool(json.load(answer).get("pid") == self.pid)
        except (OSError, ValueError, urllib.error.URLError):
            return False


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
    def lock_file(self) -> Path:
        return self.path / "lock"

    @property
    def work_dir(self) -> Path:
        """The jobs' directories, removed when the stack ends."""
        return self.path / "work"

    @property
    def sdk_config(self) -> Path:
        """The SageMaker SDK's configuration file."""
        return self.path / "sagemaker-sdk.yaml"

    def create(self) -> None:
        """Make the folder, for its owner's eyes only: the state file holds a secret key."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def write(self, stack: RunningStack) -> None:
        """Publish the stack; readers see the old file or the new one, never a part."""
        draft = self.state_file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(stack), indent=1, sort_keys=True) + "\n")
        draft.replace(self.state_file)

    def recorded(self) -> RunningStack | None:
        """The stack of the state file, alive or not."""
        try:
            return RunningStack(**json.loads(self.state_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def running(self) -> RunningStack | None:
        """The stack of this home that answers now."""
        recorded = self.recorded()
        return recorded if recorded is not None and recorded.is_healthy() else None

    def forget(self, pid: int) -> None:
        """Remove the state file where it is that process's."""
        recorded = self.recorded()
        if recorded is not None and recorded.pid == pid:
            self.state_file.unlink(missing_ok=True)


def home() -> Home:
    """$LOCALAWS_HOME, else `localaws` under $XDG_STATE_HOME, else `~/.local/state/localaws`."""
    if given := os.environ.get("LOCALAWS_HOME"):
        return Home(Path(given).absolute())
    base = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification says to ignore a relative path.
    root = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return Home(root / "localaws")
