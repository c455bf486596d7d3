"""A SageMaker whose jobs end when a test says so, and an S3 that is a dictionary."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from localaws.api.errors import AwsError
from localaws.services.sagemaker.families import FAMILIES
from localaws.services.sagemaker.pipelines.caching import StepCache
from localaws.services.sagemaker.pipelines.definition import Definition, parse_definition
from localaws.services.sagemaker.pipelines.documents import property_file_uri
from localaws.services.sagemaker.pipelines.errors import EvaluationError
from localaws.services.sagemaker.pipelines.execution import Environment, Execution
from localaws.services.sagemaker.pipelines.expressions import Scope
from localaws.services.sagemaker.pipelines.parameters import values_for_execution
from localaws.services.sagemaker.pipelines.states import StepState
from localaws.services.sagemaker.pipelines.validation import check_definition
from localaws.store import Store

PIPELINE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/fake"
Ending = Callable[[dict[str, Any]], Mapping[str, Any]]


def completed(request: dict[str, Any]) -> Mapping[str, Any]:
    """The ending of a job that went well."""
    return {"Status": "Completed"}


def failed(reason: str) -> Ending:
    """The ending of a job that fails for `reason`."""
    return lambda request: {"Status": "Failed", "FailureReason": reason}


class Clock:
    """A clock that moves a millisecond with every look, and further when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class FakeSageMaker:
    """Serves the operations that steps use.

    `endings[step]` lists how the step's jobs end, one a job (the last one stays); an ending may also be an `AwsError`
    that the create request answers.  A job with a name of the definition's own goes by its resource (`TrainingJob`).
    Jobs of a step in `held` end when `release(step)` is called or they are stopped.  `refused` operations always are.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = Store(FAMILIES, "us-east-1", "123456789012", "aws", self.clock)
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.endings: dict[str, list[Ending | AwsError]] = defaultdict(lambda: [completed])
        self.held: set[str] = set()
        self.refused: dict[str, AwsError] = {}
        self.created = threading.Semaphore(0)
        self._waiting: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def __call__(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        request = dict(request)
        with self._lock:
            self.requests.append((operation, request))
        if operation in self.refused:
            raise self.refused[operation]
        verb, resource = next(
            (verb, operation.removeprefix(verb))
            for verb in ("Create", "Describe", "Stop")
            if operation.startswith(verb)
        )
        if verb == "Describe":
            return self.store.describe(self.store.get(resource, request[f"{resource}Name"]))
        if verb == "Stop":
            self._end(resource, request[f"{resource}Name"], {"Status": "Stopped"})
            return {}
        return self._create(resource, request)

    def _create(self, resource: str, request: dict[str, Any]) -> dict[str, Any]:
        name = request.get(f"{resource}Name", f"group/{len(self.requests)}")
        step = name.split("-")[2] if name.startswith("pipelines-") else resource
        endings = self.endings[step]
        ending = endings.pop(0) if len(endings) > 1 else endings[0]
        if isinstance(ending, AwsError):
            raise ending
        record = self.store.create(resource, name, request)
        if resource.endswith("Job"):
            self.store.update(record, **{f"{resource}Status": "InProgress"})
            if step in self.held:
                self._waiting[step] = (resource, name, request)
            else:
                self._end(resource, name, ending(request))
        self.created.release()
        return {f"{resource}Arn": record.arn}

    def release(self, step: str, ending: Ending = completed) -> None:
        """End the held job of a step."""
        resource, name, request = self._waiting.pop(step)
        self._end(resource, name, ending(request))

    def _end(self, resource: str, name: str, how: Mapping[str, Any]) -> None:
        record = self.store.get(resource, name)
        changes = {f"{resource}Status" if key == "Status" else key: value for key, value in how.items()}
        if not record.done.is_set():
            self.store.update(record, **changes)
            record.done.set()

    def sent(self, operation: str) -> list[dict[str, Any]]:
        """The requests of one operation, in order."""
        return [request for name, request in self.requests if name == operation]


class Bench:
    """Executes definitions against a `FakeSageMaker`; `objects` maps S3 URIs to text."""

    def __init__(self) -> None:
        self.sagemaker = FakeSageMaker()
        self.objects: dict[str, str] = {}
        self.cache = StepCache()
        self.shutdown = threading.Event()
        self._count = 0

    def execution(
        self, document: Mapping[str, Any] | str, parameters: Mapping[str, str] | None = None, **options: Any
    ) -> Execution:
        """A checked definition, ready to run."""
        definition = parse_definition(document if isinstance(document, str) else json.dumps(document))
        check_definition(definition)
        given = [{"Name": name, "Value": value} for name, value in (parameters or {}).items()]
        values = values_for_execution(definition.parameters, given)
        self._count += 1
        execution_id = f"exec{self._count:08d}"
        environment = Environment(
            execution_id=execution_id,
            execution_arn=f"{PIPELINE}/execution/{execution_id}",
            call=self.sagemaker,
            store=self.sagemaker.store,
            scope=lambda states: self._scope(definition, values, execution_id, states),
            cache=self.cache,
            clock=self.sagemaker.clock,
            spawn=self._spawn,
            shutdown=self.shutdown,
            metadata_properties={"GeneratedBy": f"{PIPELINE}/execution/{execution_id}"},
        )
        return Execution(definition, environment, **options)

    def start(self, execution: Execution) -> tuple[threading.Thread, list[Any]]:
        """Run in the background; the thread, and a list that gets the outcome."""
        outcomes: list[Any] = []
        return self._spawn("run", lambda: outcomes.append(execution.run())), outcomes

    @staticmethod
    def _spawn(name: str, function: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=function, name=name, daemon=True)
        thread.start()
        return thread

    def _scope(
        self, definition: Definition, values: Mapping[str, Any], execution_id: str, states: Mapping[str, StepState]
    ) -> Scope:
        def read(uri: str) -> Any:
            if uri not in self.objects:
                raise EvaluationError(f"Unable to read {uri}: The specified key does not exist.")
            return json.loads(self.objects[uri])

        def properties(step: str) -> Mapping[str, Any]:
            result = states[step].result
            assert result is not None
            return result.properties

        def property_file(step: str, name: str) -> Any:
            return read(property_file_uri(definition.steps[step], name, properties(step)))

        return Scope(values, {"PipelineExecutionId": execution_id}.__getitem__, properties, property_file, read)


def steps_of(execution: Execution) -> dict[str, dict[str, Any]]:
    """The listed steps by name."""
    return {step["StepName"]: step for step in execution.listed()}


def names(bench: Bench, operation: str = "CreateProcessingJob") -> list[str]:
    """The steps whose jobs an operation was sent for, in order."""
    return [request["ProcessingJobName"].split("-")[2] for request in bench.sagemaker.sent(operation)]
