"""The local stack, used as a user uses it: through its command and over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mlops.demo import child
from mlops.operate.errors import UserError

__all__ = ["LocalStack"]

_RUNNING = re.compile(r"runs at (?P<endpoint>\S+) .*account (?P<account>\d{12})")
_DUMP = "import json, os; print(json.dumps(dict(os.environ)))"


class LocalStack:
    """One stack with its state in ``home``."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.command = str(Path(sys.executable).with_name("localaws"))
        self.home = home
        self._environment = {**environment, "LOCALAWS_HOME": str(home)}

    def check_free(self) -> None:
        """Raises ``UserError`` where it runs already, kept by an earlier demo or left by one that was killed."""
        if self._status():
            raise UserError("the local stack of an earlier `make demo` still runs: end it with `make demo-down`")

    def up(self) -> str:
        """Starts it in the background on a free port; returns its account when it answers."""
        child.run([self.command, "up"], self._environment, finish=True)
        return self._status()["account"]

    def down(self) -> None:
        """Stops it and everything it runs."""
        child.run([self.command, "down"], self._environment, finish=True)

    def _status(self) -> dict[str, str]:
        """What `localaws status` says of a running stack; empty where none runs."""
        asked = subprocess.run(
            [self.command, "status"], env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        found = _RUNNING.search(asked.stdout) if asked.returncode == 0 else None
        return found.groupdict() if found else {}

    def environment(self) -> dict[str, str]:
        """The environment of a shell after ``eval "$(localaws env)"``."""
        script = f'eval "$("{self.command}" env)"; exec "$0" -c "$1"'
        dumped = child.run(["sh", "-c", script, sys.executable, _DUMP], self._environment)
        return dict(json.loads(dumped))
