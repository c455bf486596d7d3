"""The local stack, used as a user uses it: through its command and over HTTP."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from mlops.demo import child

__all__ = ["LocalStack"]

_DUMP = "import json, os; print(json.dumps(dict(os.environ)))"


class LocalStack:
    """One stack with its state in ``home``."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.command = str(Path(sys.executable).with_name("localaws"))
        self.home = home
        self._environment = {**environment, "LOCALAWS_HOME": str(home)}

    def up(self) -> None:
        """Starts it in the background on a free port; returns when it answers."""
        child.run([self.command, "up"], self._environment, finish=True)

    def down(self) -> None:
        """Stops it and everything it runs."""
        child.run([self.command, "down"], self._environment, finish=True)

    def environment(self) -> dict[str, str]:
        """The environment of a shell after ``eval "$(localaws env)"``."""
        script = f'eval "$("{self.command}" env)"; exec "$0" -c "$1"'
        dumped = child.run(["sh", "-c", script, sys.executable, _DUMP], self._environment)
        return dict(json.loads(dumped))
