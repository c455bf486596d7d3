"""CreatePipeline, DescribePipeline, UpdatePipeline, DeletePipeline, ListPipelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localaws.api.errors import conflict, validation_error
from localaws.iam import Principal, RoleSession
from localaws.services.sagemaker.context import user_context
from localaws.services.sagemaker.pipelines.caching import StepCache
from localaws.services.sagemaker.pipelines.definition import Definition, parse_definition
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.validation import check_definition

if TYPE_CHECKING:
    import boto3

    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler
    from localaws.store import Record

__all__ = ["OPERATIONS", "executions_of"]

_SETTINGS = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")
_ENDED = ("Succeeded", "Failed", "Stopped")


def create_pipeline(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Create a pipeline after checking its definition; the same ClientRequestToken again answers the same pipeline."""
    name, token = request["PipelineName"], request["ClientRequestToken"]
    with stack.store.locked():
        present = stack.store.find("Pipeline", name)
        if present and present.internal["token"] == token:
            return {"PipelineArn": present.arn}
    text = _definition_text(stack, request, caller)
    if text is None:
        raise validation_error("One of PipelineDefinition and PipelineDefinitionS3Location must be given.")
    parsed = _checked(text)
    described = {
        "PipelineDisplayName": name,
        **{member: request[member] for member in _SETTINGS if member in request},
        "PipelineDefinition": text,
        "PipelineStatus": "Active",
        "CreatedBy": user_context(caller),
        "LastModifiedBy": user_context(caller),
    }
    internal = {"token": token, "definition": parsed, "cache": StepCache(), "starts": {}}
    record = stack.store.create("Pipeline", name, described, request.get("Tags", ()), internal=internal)
    return {"PipelineArn": record.arn}


def describe_pipeline(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Describe a pipeline, its definition in exactly the text that was given."""
    refuse_versions(request)
    record = stack.store.get("Pipeline", request["PipelineName"])
    return stack.store.describe(record)


def update_pipeline(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Change what the request gives; executions that run already keep their definition."""
    record = stack.store.get("Pipeline", request["PipelineName"])
    changes: dict[str, Any] = {member: request[member] for member in _SETTINGS if member in request}
    text = _definition_text(stack, request, caller)
    definition = None if text is None else _checked(text)
    with stack.store.locked():
        if definition:
            record.internal["definition"] = definition
            changes["PipelineDefinition"] = text
        stack.store.update(record, LastModifiedBy=user_context(caller), **changes)
    return {"PipelineArn": record.arn}


def delete_pipeline(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Delete a pipeline and all its executions; AWS refuses while one of them runs."""
    with stack.store.locked():
        record = stack.store.get("Pipeline", request["PipelineName"])
        executions = executions_of(stack, record)
        for execution in executions:
            if execution.described["PipelineExecutionStatus"] not in _ENDED:
                raise conflict(
                    f"Pipeline '{record.arn}' has a running execution ({execution.arn}). Stop it with "
                    "StopPipelineExecution and wait until it has stopped, then delete the pipeline."
                )
        for execution in executions:
            stack.store.delete("PipelineExecution", execution.name)
        stack.store.delete("Pipeline", record.name)
    return {"PipelineArn": record.arn}


def list_pipelines(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """List pipelines, newest first by default."""
    return stack.store.list("Pipeline", request)


def executions_of(stack: Account, pipeline: Record) -> Sequence[Record]:
    """A pipeline's executions, oldest first."""
    return stack.store.records("PipelineExecution", lambda record: record.described["PipelineArn"] == pipeline.arn)


def refuse_versions(request: Mapping[str, Any]) -> None:
    """Refuse what asks for a numbered or named version of a pipeline."""
    for member in ("PipelineVersionId", "PipelineVersionAlias"):
        if member in request:
            raise validation_error(f"The local stack keeps no versions of a pipeline: leave {member} out.")


def _checked(text: str) -> Definition:
    try:
        definition = parse_definition(text)
        check_definition(definition)
    except DefinitionError as error:
        raise error.refusal() from error
    return definition


def _definition_text(stack: Account, request: Mapping[str, Any], caller: Principal) -> str | None:
    location = request.get("PipelineDefinitionS3Location")
    if "PipelineDefinition" in request and location:
        raise validation_error("Only one of PipelineDefinition and PipelineDefinitionS3Location can be given.")
    if not location:
        return request.get("PipelineDefinition")
    version = {"VersionId": location["VersionId"]} if "VersionId" in location else {}
    where = f"s3://{location['Bucket']}/{location['ObjectKey']}"
    try:
        s3 = _session_of(stack, caller).client("s3")
        body = s3.get_object(Bucket=location["Bucket"], Key=location["ObjectKey"], **version)["Body"].read()
        return str(body.decode())
    except ClientError as error:
        message = error.response["Error"]["Message"]
        raise validation_error(f"Unable to read the pipeline definition at {where}: {message}") from error
    except UnicodeDecodeError as error:
        raise validation_error(f"The pipeline definition at {where} is not UTF-8 text.") from error


def _session_of(stack: Account, caller: Principal) -> boto3.Session:
    """A session with the caller's own keys, so that S3 decides by her rights."""
    key = stack.principals.secret(caller.access_key_id)
    if key is None:
        raise validation_error(f"The access key {caller.access_key_id} is no longer valid; sign in again.")
    secret, token = key
    return stack.session(RoleSession(caller, caller.access_key_id, secret, token or ""))


OPERATIONS: dict[str, Handler] = {
    "CreatePipeline": create_pipeline,
    "DeletePipeline": delete_pipeline,
    "DescribePipeline": describe_pipeline,
    "ListPipelines": list_pipelines,
    "UpdatePipeline": update_pipeline,
}
