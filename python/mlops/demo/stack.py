"""The local stack, used as a user uses it: through its command and over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mlops.demo import child

__all__ = ["LocalStack"]

_RUNNING = re.compile(r"runs at (?P<endpoint>\S+) .*account (?P<account>\d{12})")
_NOT_RUNNING = 3
_DUMP = "import json, os; print(json.dumps(dict(os.environ)))"


class LocalStack:
    """One stack with its state in ``home``."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.command = str(Path(sys.executable).with_name("localaws"))
        self.home = home
        self._environment = {**environment, "LOCALAWS_HOME": str(home)}

    def runs(self) -> bool:
        """Whether its process lives, even if it does not answer."""
        return self._asked().returncode != _NOT_RUNNING

    def up(self) -> str:
        """Starts it in the background on a free port; returns its account when it answers."""
        child.run([self.command, "up"], self._environment, finish=True)
        return self._status()["account"]

    def down(self) -> bool:
        """Stops it and everything it runs, and removes its files; whether it ran."""
        return child.run([self.command, "down"], self._environment, finish=True).startswith("localaws is down")

    def _status(self) -> dict[str, str]:
        """What `localaws status` says of a running stack; empty where none runs."""
        asked = self._asked()
        found = _RUNNING.search(asked.stdout) if asked.returncode == 0 else None
        return found.groupdict() if found else {}

    def _asked(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.command, "status"], env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )

    def environment(self) -> dict[str, str]:
        """The environment of a shell after ``eval "$(localaws env)"``."""
        script = f'eval "$("{self.command}" env)"; exec "$0" -c "$1"'
        dumped = child.run(["sh", "-c", script, sys.executable, _DUMP], self._environment)
        return dict(json.loads(dumped))
