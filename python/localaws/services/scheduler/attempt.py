"""One call of a schedule's target."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Attempt"]

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Attempt:
    """When the call was due, and which try it is, from 1."""

    schedule_arn: str
    due: datetime
    number: int = 1

    def fill(self, text: str) -> str:
        """`text` with Scheduler's keywords replaced.

        https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
        """
        values = {
            "schedule-arn": self.schedule_arn,
            "scheduled-time": self.due.strftime(_MOMENT),
            "execution-id": secrets.token_hex(8),
            "attempt-number": str(self.number),
        }
        for name, value in values.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text
