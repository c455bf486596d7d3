"""StartPipelineExecution and the other operations on executions."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import conflict, validation_error
from localaws.services.sagemaker.context import user_context
from localaws.services.sagemaker.pipelines.crud import executions_of, refuse_versions
from localaws.services.sagemaker.pipelines.definition import Definition
from localaws.services.sagemaker.pipelines.execution import Execution
from localaws.services.sagemaker.pipelines.expressions import evaluate
from localaws.services.sagemaker.pipelines.parameters import on_the_wire, values_for_execution
from localaws.services.sagemaker.pipelines.running import constant_scope, launch
from localaws.services.sagemaker.pipelines.selection import select
from localaws.store.listing import page

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.iam import Principal
    from localaws.services.sagemaker.service import Handler
    from localaws.store import Record

__all__ = ["OPERATIONS"]

_LETTERS = string.ascii_lowercase + string.digits
# SDK v2's list_steps reads one page: it must hold a whole pipeline.
_STEPS_PAGE = 100


def start_pipeline_execution(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Start an execution in the background; the same ClientRequestToken again answers the same execution."""
    refuse_versions(request)
    pipeline = stack.store.get("Pipeline", request["PipelineName"])
    definition: Definition = pipeline.internal["definition"]
    given = request.get("PipelineParameters", [])
    with stack.store.locked():
        started: dict[str, tuple[str, Any]] = pipeline.internal["starts"]
        if request["ClientRequestToken"] in started:
            arn, parameters = started[request["ClientRequestToken"]]
            if parameters != given:
                raise conflict(f"ClientRequestToken was used already, with other parameters, for execution {arn}.")
            return {"PipelineExecutionArn": arn}
        values = values_for_execution(definition.parameters, given)
        selection = select(definition, request.get("SelectiveExecutionConfig"), executions_of(stack, pipeline))
        role_arn = request.get("RoleArn", pipeline.described["RoleArn"])
        execution_id = "".join(secrets.choice(_LETTERS) for _ in range(12))
        arn = f"{pipeline.arn}/execution/{execution_id}"
        session = stack.assume_role(role_arn, arn)
        now = stack.clock()
        described: dict[str, Any] = {
            "PipelineArn": pipeline.arn,
            "PipelineExecutionArn": arn,
            "PipelineExecutionDisplayName": f"execution-{int(now.timestamp() * 1000)}",
            "PipelineExecutionStatus": "Executing",
            "StartTime": now,
            "CreatedBy": user_context(caller),
            "LastModifiedBy": user_context(caller),
            **_settings(request, pipeline.described.get("ParallelismConfiguration")),
        }
        internal = {
            "text": pipeline.described["PipelineDefinition"],
            "definition": definition,
            "values": values,
            "pipeline": pipeline,
            "role_arn": role_arn,
            "tokens": set(),
        }
        record = stack.store.create("PipelineExecution", execution_id, described, arn=arn, internal=internal)
        if definition.experiment:
            scope = constant_scope(record, stack.clock)
            stack.store.update(record, PipelineExperimentConfig=evaluate(dict(definition.experiment), scope))
        started[request["ClientRequestToken"]] = (arn, given)
        # A run is no modification of the pipeline.  Describe says LastRunTime, and the list LastExecutionTime.
        modified = pipeline.described["LastModifiedTime"]
        stack.store.update(pipeline, LastModifiedTime=modified, LastRunTime=now, LastExecutionTime=now)
        launch(stack, record, session, earlier=selection.reused, only=selection.steps)
    return {"PipelineExecutionArn": arn}


def stop_pipeline_execution(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Stop the execution's jobs and start no other step: Stopping, then Stopped."""
    record = _execution(stack, request)
    with stack.store.locked():
        if _repeated(record, request):
            return {"PipelineExecutionArn": record.arn}
        status = record.described["PipelineExecutionStatus"]
        if status not in ("Executing", "Stopping"):
            raise conflict(f"Pipeline execution {record.arn} is {status}: only an execution that runs can be stopped.")
        stack.store.update(record, PipelineExecutionStatus="Stopping", LastModifiedBy=user_context(caller))
    run: Execution = record.internal["run"]
    run.stop()
    return {"PipelineExecutionArn": record.arn}


def retry_pipeline_execution(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Run the steps of a failed or stopped execution that did not succeed; those that did keep their results."""
    record = _execution(stack, request)
    if record.described["PipelineExecutionStatus"] in ("Failed", "Stopped"):
        record.done.wait()
    with stack.store.locked():
        if _repeated(record, request):
            return {"PipelineExecutionArn": record.arn}
        status = record.described["PipelineExecutionStatus"]
        if status not in ("Failed", "Stopped"):
            raise conflict(
                f"Pipeline execution {record.arn} is {status}: only a failed or stopped execution can be retried."
            )
        session = stack.assume_role(record.internal["role_arn"], record.arn)
        earlier: Execution = record.internal["run"]
        record.done.clear()
        stack.store.update(
            record,
            PipelineExecutionStatus="Executing",
            FailureReason=None,
            PipelineExecutionFailureReason=None,
            LastModifiedBy=user_context(caller),
            **_settings(request, None),
        )
        launch(stack, record, session, earlier=earlier.succeeded(), only=earlier.only)
    return {"PipelineExecutionArn": record.arn}


def update_pipeline_execution(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Change what an execution is called, how it is described, or how many steps it runs at once."""
    record = _execution(stack, request)
    stack.store.update(record, LastModifiedBy=user_context(caller), **_settings(request, None))
    if "ParallelismConfiguration" in request:
        run: Execution = record.internal["run"]
        run.limit(request["ParallelismConfiguration"]["MaxParallelExecutionSteps"])
    return {"PipelineExecutionArn": record.arn}


def describe_pipeline_execution(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Describe one execution."""
    return stack.store.describe(_execution(stack, request))


def list_pipeline_executions(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """List a pipeline's executions, newest first by default."""
    refuse_versions(request)
    pipeline = stack.store.get("Pipeline", request["PipelineName"])
    return stack.store.list("PipelineExecution", {**request, "PipelineName": pipeline.arn})


def list_pipeline_execution_steps(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """List the steps that have started, the latest first by default; steps that never ran are not listed."""
    run: Execution = _execution(stack, request).internal["run"]
    steps = {step["StepName"]: step for step in run.listed()}
    names = list(steps)
    if request.get("SortOrder", "Descending") == "Descending":
        names.reverse()
    found, token = page(names, request, _STEPS_PAGE)
    return {"PipelineExecutionSteps": [steps[name] for name in found], **({"NextToken": token} if token else {})}


def list_pipeline_parameters_for_execution(
    stack: Account, request: dict[str, Any], caller: Principal
) -> dict[str, Any]:
    """List every parameter's value in one execution, defaults included."""
    values = {item["Name"]: item for item in on_the_wire(_execution(stack, request).internal["values"])}
    found, token = page(list(values), request, _STEPS_PAGE)
    return {"PipelineParameters": [values[name] for name in found], **({"NextToken": token} if token else {})}


def describe_definition_for_execution(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """The text of the definition that an execution runs, whatever the pipeline has become since."""
    record = _execution(stack, request)
    return {"PipelineDefinition": record.internal["text"], "CreationTime": record.described["CreationTime"]}


def _execution(stack: Account, request: Mapping[str, Any]) -> Record:
    arn = request.get("PipelineExecutionArn")
    if not arn:
        raise validation_error("PipelineExecutionArn must be given.")
    return stack.store.get("PipelineExecution", arn)


def _settings(request: Mapping[str, Any], parallelism: Mapping[str, Any] | None) -> dict[str, Any]:
    members = ("PipelineExecutionDisplayName", "PipelineExecutionDescription", "SelectiveExecutionConfig")
    settings = {member: request[member] for member in members if member in request}
    chosen = request.get("ParallelismConfiguration", parallelism)
    return {**settings, "ParallelismConfiguration": dict(chosen)} if chosen else settings


def _repeated(record: Record, request: Mapping[str, Any]) -> bool:
    """Whether the request was served before; remembers its token."""
    tokens: set[str] = record.internal["tokens"]
    seen = request["ClientRequestToken"] in tokens
    tokens.add(request["ClientRequestToken"])
    return seen


OPERATIONS: dict[str, Handler] = {
    "DescribePipelineDefinitionForExecution": describe_definition_for_execution,
    "DescribePipelineExecution": describe_pipeline_execution,
    "ListPipelineExecutionSteps": list_pipeline_execution_steps,
    "ListPipelineExecutions": list_pipeline_executions,
    "ListPipelineParametersForExecution": list_pipeline_parameters_for_execution,
    "RetryPipelineExecution": retry_pipeline_execution,
    "StartPipelineExecution": start_pipeline_execution,
    "StopPipelineExecution": stop_pipeline_execution,
    "UpdatePipelineExecution": update_pipeline_execution,
}
