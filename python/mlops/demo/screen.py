"""What the demo prints: a line per phase, the progress of what takes long, and where the time went."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TextIO

from mlops.commands.display.live import Live

__all__ = ["Phase", "Screen"]

# Terraform's own milestones; "Interrupt received" stands for the wait that follows a Ctrl-C.
_SHOWN = ("Apply complete!", "Destroy complete!", "No changes.", "Interrupt received")

Owner = Literal["terraform", "jobs", "overhead"]


@dataclass
class Phase:
    """A finished phase: how long it took, and how much of that was the jobs' own work."""

    title: str
    owner: Owner
    seconds: float = 0.0
    job_seconds: float = 0.0


class Screen:
    """Prints phases and keeps their times.

    Args:
        out: a terminal gets a line that moves while Terraform works; anything else gets whole lines only.
        log: receives every line of detail as well.
    """

    def __init__(self, out: TextIO, log: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._log = log
        self._clock = clock
        self._live = Live(out, shutil.get_terminal_size().columns, refresh=False)
        self.phases: list[Phase] = []
        self.current: str | None = None

    @contextmanager
    def phase(self, title: str, owner: Owner) -> Iterator[Phase]:
        """Times what happens inside; the phase counts however it ends."""
        phase = Phase(title, owner)
        self.current = title
        self._log.write(f"==> {title}\n")
        self.say(f"▸ {title}")
        began = self._clock()
        try:
            yield phase
        finally:
            self._live.draw(tuple)
            phase.seconds = self._clock() - began
            self.phases.append(phase)
        self.current = None

    def say(self, text: str) -> None:
        """Prints whole lines."""
        self._live.draw(tuple)
        self._out.write(text + "\n")
        self._out.flush()

    def terraform_line(self, line: str) -> None:
        """Logs one line of Terraform's; shows the milestones, and on a terminal the latest line in place."""
        self._log.write(line + "\n")
        self._log.flush()
        if line.startswith(_SHOWN):
            self.say("  " + line)
        elif ": " in line and not line.startswith(" "):
            self._live.draw(lambda: ["  " + line])

    def times(self) -> str:
        """The table of phases, and the total split into Terraform's, the jobs' and the demo's own."""
        total = sum(phase.seconds for phase in self.phases)
        jobs = sum(phase.job_seconds for phase in self.phases)
        terraform = sum(phase.seconds for phase in self.phases if phase.owner == "terraform")
        lines = ["Where the time went:"]
        lines += [f"  {phase.title:<44} {phase.seconds:7.1f} s" for phase in self.phases]
        lines += [
            f"  {'in all':<44} {total:7.1f} s",
            f"  of which Terraform {terraform:.1f} s, the jobs {jobs:.1f} s, "
            f"the demo itself {total - terraform - jobs:.1f} s",
        ]
        return "\n".join(lines)
