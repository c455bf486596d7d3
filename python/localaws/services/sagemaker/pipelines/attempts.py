"""The attempts at one step: again as its retry policies say, until it succeeds or they are used up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.pipelines.errors import StepFailure
from localaws.services.sagemaker.pipelines.retries import policy_for
from localaws.services.sagemaker.pipelines.steps import KINDS, StepResult, StepRun

__all__ = ["Attempts"]

# How soon a pause notices that the stack shuts down.
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Attempts:
    """Tries a step; `run.stopping` and `shutdown` end a pause, and then there is no other attempt.

    `begin` is called before each attempt and may raise `StepFailure` to forbid it.
    """

    execution_arn: str
    shutdown: threading.Event
    begin: Callable[[], None]

    def succeed(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        """The result of the first attempt that succeeds; raises the last `StepFailure`."""
        began = time.monotonic()
        failures: dict[str | None, int] = {}
        while True:
            self.begin()
            try:
                return KINDS[run.step.type].execute(run, arguments)
            except StepFailure as failure:
                kind = failure.exception_type
                failures[kind] = failures.get(kind, 0) + 1
                policy = policy_for(run.step.retry_policies, kind)
                pause = policy.delay(failures[kind], time.monotonic() - began) if policy else None
                if pause is None or not self._pause(pause, run.stopping):
                    raise self._final(failure, run.step.name, policy is not None) from failure

    def _pause(self, seconds: float, stopping: threading.Event) -> bool:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.shutdown.is_set():
            if stopping.wait(min(left, _PAUSE_SECONDS)):
                return False
        return not self.shutdown.is_set() and not stopping.is_set()

    def _final(self, failure: StepFailure, step: str, retried: bool) -> StepFailure:
        """The failure with AWS's words on why it was not retried, or not again."""
        if failure.exception_type is None:
            return failure
        kind = failure.exception_type.replace(".", "_").upper()
        why = "Retries are exhausted" if retried else "No retry policy configured"
        return StepFailure(
            f"{failure.reason}\nRetry not appropriate on execution of step with PipelineExecutionArn "
            f"{self.execution_arn} and StepId {step}. {why} for the exception type {kind}.",
            failure.exception_type,
        )
