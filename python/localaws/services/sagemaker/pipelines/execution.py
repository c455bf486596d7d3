"""One execution of a pipeline: its steps run as soon as what they wait for is done, in threads of their own.

Nothing polls: a step's thread waits for its job, and the execution's thread waits for the next step to end.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from localaws.services.sagemaker.pipelines.attempts import Attempts
from localaws.services.sagemaker.pipelines.caching import CachedRun, StepCache, cache_key
from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.errors import EvaluationError, StepFailure
from localaws.services.sagemaker.pipelines.expressions import Scope
from localaws.services.sagemaker.pipelines.states import StepState
from localaws.services.sagemaker.pipelines.steps import KINDS, StepResult, StepRun
from localaws.services.sagemaker.pipelines.steps.base import Call
from localaws.services.sagemaker.pipelines.validation import dependencies

if TYPE_CHECKING:
    from localaws.store import Store

__all__ = ["Environment", "Execution", "Outcome"]

DEFAULT_PARALLELISM = 50


@dataclass(frozen=True)
class Environment:
    """What an execution reaches outside itself; `call` sends requests as the pipeline's role."""

    execution_id: str
    execution_arn: str
    call: Call
    store: Store
    scope: Callable[[Mapping[str, StepState]], Scope]
    cache: StepCache
    clock: Callable[[], datetime]
    spawn: Callable[[str, Callable[[], None]], threading.Thread]
    shutdown: threading.Event
    metadata_properties: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """How an execution ended: a PipelineExecutionStatus, and why it failed."""

    status: str
    failure_reason: str | None = None


class Execution:
    """Runs a definition once; `states` holds the steps that have started, in that order.

    `earlier` are finished steps to build on: those of the first try for a retried execution, or those of the source of
    a selective execution.  `only` names the steps that may run (None: all).
    """

    def __init__(
        self,
        definition: Definition,
        environment: Environment,
        *,
        max_parallel: int | None = None,
        earlier: Mapping[str, StepState] | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        self._definition = definition
        self._environment = environment
        self._limit = max_parallel or DEFAULT_PARALLELISM
        self._waits = dependencies(definition)
        self.only = only
        self._lock = threading.Lock()
        self._finished: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._running: set[str] = set()
        self._halted = threading.Event()
        self._stop_requested = False
        self.states: dict[str, StepState] = dict(earlier or {})

    def run(self) -> Outcome:
        """Run every step that is to run and return how it ended; blocks."""
        while True:
            with self._lock:
                free = 0 if self._halted.is_set() else max(0, self._limit - len(self._running))
                launched = self._ready()[:free]
                for step in launched:
                    self._running.add(step.name)
                    self.states[step.name] = StepState(step, self._environment.clock())
                idle = not self._running
            if idle:
                return self._outcome()
            for step in launched:
                self._environment.spawn(f"{self._environment.execution_id}-{step.name}", self._runner(step))
            name = self._finished.get()
            with self._lock:
                self._running.discard(name)
                failed = self.states[name].status == "Failed"
            if failed:
                self._halt()

    def stop(self) -> None:
        """Stop running jobs and start no other step; `run` returns when the jobs have stopped."""
        with self._lock:
            self._stop_requested = True
        self._halt()

    def limit(self, max_parallel: int) -> None:
        """Change how many steps may run at once; steps that run already go on."""
        with self._lock:
            self._limit = max_parallel

    def listed(self) -> list[dict[str, Any]]:
        """The started steps as the API shows them, in order of their start."""
        with self._lock:
            return [state.described() for state in self.states.values()]

    def succeeded(self) -> dict[str, StepState]:
        """The steps that another run may build on."""
        with self._lock:
            return {name: state for name, state in self.states.items() if state.status == "Succeeded"}

    def _ready(self) -> list[Step]:
        """The steps whose turn it is, in the definition's order."""
        return [
            step
            for step in self._definition.steps.values()
            if step.name not in self.states
            and (self.only is None or step.name in self.only)
            and all(name in self.states and self.states[name].status == "Succeeded" for name in self._waits[step.name])
            and (step.condition is None or self._took(step.condition, step.outcome))
        ]

    def _took(self, condition: str, outcome: bool) -> bool:
        result = self.states[condition].result
        return result is not None and result.properties["Outcome"] is outcome

    def _outcome(self) -> Outcome:
        with self._lock:
            if any(state.status == "Failed" for state in self.states.values()):
                return Outcome("Failed", "Step failure: One or multiple steps failed.")
            return Outcome("Stopped" if self._stop_requested else "Succeeded")

    def _halt(self) -> None:
        with self._lock:
            self._halted.set()
            stops = [(self.states[name], self._take_stop(self.states[name])) for name in self._running]
        for state, stop in stops:
            if stop:
                self._call_stop(state, stop)

    def _call_stop(self, state: StepState, stop: Callable[[], None]) -> None:
        try:
            stop()
        except StepFailure as failure:
            # The role may not stop the job: it runs to its end, and the step says why.
            with self._lock:
                state.failure_reason = failure.reason

    def _take_stop(self, state: StepState) -> Callable[[], None] | None:
        if state.status in ("Starting", "Executing"):
            state.status, state.told_to_stop = "Stopping", True
        stop, state.stop = state.stop, None
        return stop

    def _runner(self, step: Step) -> Callable[[], None]:
        def run() -> None:
            state = self.states[step.name]
            status, reason = "Failed", "InternalServerError: the step's thread ended unexpectedly; see the stack's log."
            try:
                result = self._execute(step, state)
                status, reason = "Succeeded", ""
                with self._lock:
                    state.result, state.metadata = result, dict(result.metadata)
            except StepFailure as failure:
                stopped = ("Stopped", state.failure_reason or "")
                status, reason = stopped if state.told_to_stop else ("Failed", failure.reason)
            finally:
                with self._lock:
                    state.status, state.failure_reason, state.end = status, reason, self._environment.clock()
                    state.stop = None
                self._finished.put(step.name)

        return run

    def _execute(self, step: Step, state: StepState) -> StepResult:
        kind, environment = KINDS[step.type], self._environment
        run = self._step_run(step, state)
        try:
            arguments = kind.resolve(run)
        except EvaluationError as error:
            raise StepFailure(f"ClientError: {error}") from error
        cached = step.cache is not None and step.cache.enabled and bool(kind.cached_attributes)
        key = cache_key(kind.cached_attributes, arguments) if cached else ""
        if cached and step.cache:
            hit = environment.cache.find(step.name, key, environment.clock(), step.cache.expire_after)
            if hit:
                with self._lock:
                    state.cached_from = hit.execution_arn
                return hit.result
        attempts = Attempts(environment.execution_arn, environment.shutdown, lambda: self._begin(state))
        result = attempts.succeed(run, arguments)
        if cached:
            run_ended = CachedRun(environment.execution_arn, environment.clock(), result)
            environment.cache.add(step.name, key, run_ended)
        return result

    def _begin(self, state: StepState) -> None:
        with self._lock:
            if self._halted.is_set():
                raise StepFailure("The execution ended before the step's work began.")
            state.attempts += 1
            if state.status == "Starting":
                state.status = "Executing"

    def _step_run(self, step: Step, state: StepState) -> StepRun:
        def started(metadata: Mapping[str, Any], stop: Callable[[], None]) -> None:
            with self._lock:
                state.metadata, state.stop = dict(metadata), stop
                now = self._take_stop(state) if self._halted.is_set() else None
            if now:
                self._call_stop(state, now)

        environment = self._environment
        return StepRun(
            step=step,
            execution_id=environment.execution_id,
            call=environment.call,
            store=environment.store,
            scope=environment.scope(self.states),
            started=started,
            stopping=self._halted,
            metadata_properties=environment.metadata_properties,
        )
