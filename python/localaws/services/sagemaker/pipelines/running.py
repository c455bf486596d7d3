"""Runs the execution that a record describes, with the pipeline role's rights, and keeps the record up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from localaws.services.sagemaker import service
from localaws.services.sagemaker.pipelines.definition import Definition
from localaws.services.sagemaker.pipelines.documents import Documents, property_file_uri
from localaws.services.sagemaker.pipelines.errors import EvaluationError
from localaws.services.sagemaker.pipelines.execution import Environment, Execution
from localaws.services.sagemaker.pipelines.expressions import Scope
from localaws.services.sagemaker.pipelines.states import StepState

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.iam import RoleSession
    from localaws.store import Record

__all__ = ["constant_scope", "launch"]


def launch(
    stack: Account,
    record: Record,
    session: RoleSession,
    *,
    earlier: Mapping[str, StepState],
    only: frozenset[str] | None,
) -> None:
    """Run the execution of `record` in the background as `session`; its record's `done` is set at the end."""
    definition: Definition = record.internal["definition"]
    documents = Documents(stack.session(session))

    def call(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return service.call(stack, operation, request, session.principal)

    def scope(states: Mapping[str, StepState]) -> Scope:
        return _scope(record, definition, states, documents, stack.clock)

    environment = Environment(
        execution_id=record.name,
        execution_arn=record.arn,
        call=call,
        store=stack.store,
        scope=scope,
        cache=record.internal["pipeline"].internal["cache"],
        clock=stack.clock,
        spawn=stack.spawn,
        shutdown=stack.shutdown,
        metadata_properties={"GeneratedBy": record.arn},
    )
    parallelism = record.described.get("ParallelismConfiguration", {})
    run = Execution(
        definition,
        environment,
        max_parallel=parallelism.get("MaxParallelExecutionSteps"),
        earlier=earlier,
        only=only,
    )
    record.internal["run"] = run

    def main() -> None:
        outcome = run.run()
        stack.store.update(
            record,
            PipelineExecutionStatus=outcome.status,
            FailureReason=outcome.failure_reason,
            PipelineExecutionFailureReason=outcome.failure_reason,
        )
        record.done.set()

    stack.spawn(f"pipeline-{record.name}", main)


def constant_scope(record: Record, clock: Callable[[], datetime]) -> Scope:
    """The values that are known before any step has run: parameters and execution variables."""

    def nothing(*args: str) -> NoReturn:
        raise EvaluationError(f"{args[0]} is not known before the execution runs.")

    return Scope(record.internal["values"], _variables(record, clock), nothing, nothing, nothing)


def _scope(
    record: Record,
    definition: Definition,
    states: Mapping[str, StepState],
    documents: Documents,
    clock: Callable[[], datetime],
) -> Scope:
    def properties(step: str) -> Mapping[str, Any]:
        result = states[step].result if step in states else None
        if result is None:
            raise EvaluationError(f"Step '{step}' has no properties: it did not run.")
        return result.properties

    def property_file(step: str, name: str) -> Any:
        return documents.json(property_file_uri(definition.steps[step], name, properties(step)))

    return Scope(record.internal["values"], _variables(record, clock), properties, property_file, documents.json)


def _variables(record: Record, clock: Callable[[], datetime]) -> Callable[[str], str]:
    pipeline: Record = record.internal["pipeline"]

    def value(name: str) -> str:
        values = {
            "PipelineExecutionId": record.name,
            "PipelineExecutionArn": record.arn,
            "PipelineName": pipeline.name,
            "PipelineArn": pipeline.arn,
            "StartDateTime": _iso(record.described["StartTime"]),
            "CurrentDateTime": _iso(clock()),
        }
        return values[name]

    return value


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
