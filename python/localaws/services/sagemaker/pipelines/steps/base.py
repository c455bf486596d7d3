"""What a step kind is, and what it gets to run a step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from localaws.api.errors import AwsError
from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.errors import StepFailure
from localaws.services.sagemaker.pipelines.expressions import Scope
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.retries import error_type
from localaws.services.sagemaker.pipelines.value_types import TypeOf

if TYPE_CHECKING:
    from localaws.store import Store

__all__ = ["Call", "StepKind", "StepResult", "StepRun", "invoke"]

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class StepRun:
    """One attempt at one step.

    `call(operation, request)` sends a SageMaker request as the pipeline's role.  `started(metadata, stop)` reports what
    ListPipelineExecutionSteps shows while the step runs, and how to stop it.  `stopping` is set when the execution ends
    early; `metadata_properties` are what AWS writes into the model packages that an execution registers.
    """

    step: Step
    execution_id: str
    call: Call
    store: Store
    scope: Scope
    started: Callable[[Mapping[str, Any], Callable[[], None]], None]
    stopping: threading.Event
    metadata_properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepResult:
    """What a finished step leaves: the properties that other steps can reference, and its listed metadata."""

    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]


class StepKind(Protocol):
    """One type of step.

    `members` are the step members that this type has besides the common ones; `cached_attributes` are the arguments
    whose change makes a cached step run again (empty: the type is not cached).
    """

    @property
    def type(self) -> str: ...
    @property
    def members(self) -> frozenset[str]: ...
    @property
    def cached_attributes(self) -> tuple[str, ...]: ...

    def check(self, step: Step, definition: Definition) -> None:
        """Check a definition's step; raises `DefinitionError`."""

    def check_types(self, step: Step, type_of: TypeOf) -> None:
        """Check the types of the expressions of a step that `check` accepted; raises `DefinitionError`."""

    def property_type(self, step: Step, reference: str, path: Path) -> str:
        """The type of one of a step's properties; raises `DefinitionError` for a property that it does not have."""

    def resolve(self, run: StepRun) -> dict[str, Any]:
        """The step's arguments with every expression replaced; raises `EvaluationError`."""

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        """Do the step's work and wait for it; raises `StepFailure`."""


def invoke(run: StepRun, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Send a request; a refusal becomes a `StepFailure` in the words that AWS's pipelines use."""
    try:
        return run.call(operation, request)
    except AwsError as error:
        raise StepFailure(
            f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {error.message}", error_type(error)
        ) from error
