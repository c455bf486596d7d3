"""One resource that the stack holds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from localaws.store.family import Family

__all__ = ["Record"]


@dataclass(eq=False)
class Record:
    """One resource.

    `described` has the shape of the API's Describe response (times are aware datetimes); change it only through
    `Store.update`.  `internal` is for the feature that owns the family and never reaches a client.  `done` is set by
    the owner of a job or an execution when its status is final.  `sequence` numbers the records in the order of their
    creation, which times in milliseconds cannot tell apart.
    """

    family: Family
    name: str
    arn: str
    sequence: int
    described: dict[str, Any]
    tags: dict[str, str]
    internal: dict[str, Any] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)
