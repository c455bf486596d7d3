"""Steps that are one SageMaker request: a job that is waited for, or a resource that is there at once."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.errors import StepFailure
from localaws.services.sagemaker.pipelines.expressions import evaluate
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.retries import job_failure_type
from localaws.services.sagemaker.pipelines.shapes import (
    check_arguments,
    expressions_in,
    input_shape,
    property_type,
    to_shape,
)
from localaws.services.sagemaker.pipelines.steps.base import StepResult, StepRun, invoke
from localaws.services.sagemaker.pipelines.value_types import TypeOf, check_assignable

__all__ = ["JobKind", "RequestKind", "resource_name"]

NAME_LIMIT = 63
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class RequestKind:
    """A step whose arguments are the request of `create`, and whose properties are the response of `describe`.

    `resource` is the API's noun (`ProcessingJob`): `{resource}Name` is the request member that the pipeline fills in,
    with at most `name_limit` characters.  `listed_as` is its name in a step's metadata, where that is another.
    """

    type: str
    resource: str
    members: frozenset[str] = frozenset({"RetryPolicies"})
    cached_attributes: tuple[str, ...] = ()
    name_limit: int = NAME_LIMIT
    listed_as: str = ""

    @property
    def create(self) -> str:
        return f"Create{self.resource}"

    @property
    def describe(self) -> str:
        return f"Describe{self.resource}"

    @property
    def name_member(self) -> str:
        return f"{self.resource}Name"

    def check(self, step: Step, definition: Definition) -> None:
        check_arguments(self.create, step.name, step.arguments, optional=frozenset({self.name_member}))

    def check_types(self, step: Step, type_of: TypeOf) -> None:
        for place, expected, node in expressions_in(input_shape(self.create), Argument(step.name), step.arguments):
            check_assignable(node, expected, place, type_of)

    def property_type(self, step: Step, reference: str, path: Path) -> str:
        return property_type(self.describe, reference, path)

    def resolve(self, run: StepRun) -> dict[str, Any]:
        arguments: dict[str, Any] = to_shape(input_shape(self.create), evaluate(dict(run.step.arguments), run.scope))
        return arguments

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        name, metadata = self.submit(run, arguments)
        return StepResult(invoke(run, self.describe, {self.name_member: name}), metadata)

    def submit(self, run: StepRun, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Create the resource; its name and the step's metadata."""
        name = resource_name(run.execution_id, run.step.name, arguments.get(self.name_member), self.name_limit)
        arn = str(invoke(run, self.create, {**arguments, self.name_member: name})[f"{self.resource}Arn"])
        return name, {self.listed_as or self.resource: {"Arn": arn}}


@dataclass(frozen=True)
class JobKind(RequestKind):
    """A step that runs a job to its end."""

    members: frozenset[str] = frozenset({"RetryPolicies", "CacheConfig"})

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        name, metadata = self.submit(run, arguments)
        record = run.store.get(self.resource, name)
        run.started(metadata, lambda: self._stop(run, name))
        record.done.wait()
        described = invoke(run, self.describe, {self.name_member: name})
        if described[f"{self.resource}Status"] == "Completed":
            return StepResult(described, metadata)
        reason = described.get("FailureReason") or f"The job ended with status {described[f'{self.resource}Status']}."
        raise StepFailure(f"ClientError: {reason}", job_failure_type(reason))

    def _stop(self, run: StepRun, name: str) -> None:
        try:
            invoke(run, f"Stop{self.resource}", {self.name_member: name})
        except StepFailure:
            # The job ended between the look and the request; whoever waits for it sees how.
            if not run.store.get(self.resource, name).done.is_set():
                raise


def resource_name(execution_id: str, step: str, prefix: Any = None, limit: int = NAME_LIMIT) -> str:
    """The name that a pipeline gives to a job or model: `pipelines-{execution}-{step}-{random}`, cut to `limit`.

    With custom job prefixes the definition carries a name, which then stands in front of execution and random part.
    """
    tail = "".join(secrets.choice(_LETTERS) for _ in range(10))
    head = f"{prefix}-{execution_id}" if prefix else f"{execution_id}-{step}"
    if not prefix and limit == NAME_LIMIT:  # shorter names do without
        head = f"pipelines-{head}"
    head = head.replace("_", "-")[: limit - len(tail) - 1].rstrip("-")
    return f"{head}-{tail}"
