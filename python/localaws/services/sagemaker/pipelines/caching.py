"""Step caching: earlier runs of a pipeline's steps, found again by their arguments.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html.  A key never looks at what lies in S3:
only the URIs count.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from localaws.services.sagemaker.pipelines.steps import StepResult

__all__ = ["CachedRun", "StepCache", "cache_key"]


@dataclass(frozen=True)
class CachedRun:
    """A successful run of a step, and the execution that really ran it."""

    execution_arn: str
    finished: datetime
    result: StepResult


@dataclass
class StepCache:
    """The successful runs of one pipeline's steps, latest run only; every method is thread-safe."""

    _runs: dict[tuple[str, str], CachedRun] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, step: str, key: str, now: datetime, expire_after: timedelta | None) -> CachedRun | None:
        """The run of `step` with that key, unless it is older than `expire_after`."""
        with self._lock:
            run = self._runs.get((step, key))
        return None if run is None or (expire_after is not None and now - run.finished > expire_after) else run

    def add(self, step: str, key: str, run: CachedRun) -> None:
        """Remember a successful run."""
        with self._lock:
            self._runs[step, key] = run


def cache_key(attributes: tuple[str, ...], arguments: Mapping[str, Any]) -> str:
    """The key of a step with these resolved arguments: a digest of the attributes that AWS looks at."""
    seen = {name: arguments[name] for name in attributes if name in arguments}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
