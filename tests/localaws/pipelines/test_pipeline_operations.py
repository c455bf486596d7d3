"""The operations on pipelines, over HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_steps import GATE, fail, pipeline


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


def test_a_pipeline_is_described_in_exactly_the_text_that_was_given(pipelines: Any) -> None:
    text = json.dumps(GATE, indent=3) + "\n\n"
    name = pipelines.create(text, PipelineDescription="a gate", Tags=[{"Key": "a", "Value": "b"}])
    described = pipelines.client.describe_pipeline(PipelineName=name)
    assert described["PipelineDefinition"] == text
    assert described["PipelineDisplayName"] == name
    assert described["PipelineStatus"] == "Active"
    assert described["RoleArn"] == pipelines.role_arn
    assert "ParallelismConfiguration" not in described
    assert "LastRunTime" not in described
    assert described["CreatedBy"]["IamIdentity"]["Arn"].startswith("arn:aws:iam::123456789012:user/")
    tags = pipelines.client.list_tags(ResourceArn=described["PipelineArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    by_arn = pipelines.client.describe_pipeline(PipelineName=described["PipelineArn"])
    assert by_arn["PipelineName"] == name

    other = json.dumps(GATE)
    pipelines.client.update_pipeline(
        PipelineName=name, PipelineDefinition=other, ParallelismConfiguration={"MaxParallelExecutionSteps": 3}
    )
    updated = pipelines.client.describe_pipeline(PipelineName=name)
    assert updated["PipelineDefinition"] == other
    assert updated["PipelineDescription"] == "a gate"
    assert updated["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}
    assert updated["LastModifiedTime"] > updated["CreationTime"]

    summaries = pipelines.client.list_pipelines(PipelineNamePrefix=name)["PipelineSummaries"]
    assert [summary["PipelineArn"] for summary in summaries] == [described["PipelineArn"]]


def test_a_definition_is_read_from_s3(pipelines: Any, bucket: Callable[[str, str], None]) -> None:
    text = json.dumps(GATE)
    bucket("definition.json", text)
    location = {"Bucket": "pipelines-test", "ObjectKey": "definition.json"}
    name = pipelines.create(text)
    pipelines.client.update_pipeline(PipelineName=name, PipelineDefinitionS3Location=location)
    assert pipelines.client.describe_pipeline(PipelineName=name)["PipelineDefinition"] == text

    with pytest.raises(ClientError) as error:
        pipelines.client.update_pipeline(
            PipelineName=name, PipelineDefinitionS3Location={**location, "ObjectKey": "nothing.json"}
        )
    assert refusal(error) == (
        "ValidationException",
        "Unable to read the pipeline definition at s3://pipelines-test/nothing.json: The specified key does not exist.",
    )
    with pytest.raises(ClientError) as error:
        pipelines.client.update_pipeline(
            PipelineName=name, PipelineDefinition=text, PipelineDefinitionS3Location=location
        )
    assert refusal(error)[0] == "ValidationException"


def test_a_name_is_taken_once_and_a_token_is_served_once(pipelines: Any) -> None:
    token = uuid.uuid4().hex
    name = pipelines.create(GATE, ClientRequestToken=token)
    request = {"PipelineName": name, "PipelineDefinition": json.dumps(GATE), "RoleArn": pipelines.role_arn}
    again = pipelines.client.create_pipeline(**request, ClientRequestToken=token)
    assert again["PipelineArn"].endswith(f":pipeline/{name}")
    with pytest.raises(ClientError) as error:
        pipelines.client.create_pipeline(**request)
    code, message = refusal(error)
    assert code == "ValidationException"
    assert "Pipeline names must be unique within an AWS account and region" in message

    token = uuid.uuid4().hex
    first = pipelines.start(name, ClientRequestToken=token)
    assert pipelines.start(name, ClientRequestToken=token) == first
    with pytest.raises(ClientError) as error:
        pipelines.start(name, {"Rounds": "7"}, ClientRequestToken=token)
    assert refusal(error)[0] == "ConflictException"
    assert len(pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]) == 1


def test_a_broken_definition_is_refused_and_leaves_nothing(pipelines: Any) -> None:
    broken = json.dumps(pipeline(fail("F"), fail("F")))
    with pytest.raises(ClientError) as error:
        pipelines.create(broken)
    code, message = refusal(error)
    assert code == "ValidationException"
    assert message.startswith("Unable to parse pipeline definition. Duplicate step name 'F'")

    name = pipelines.create(GATE)
    with pytest.raises(ClientError):
        pipelines.client.update_pipeline(PipelineName=name, PipelineDefinition=broken, PipelineDescription="new")
    described = pipelines.client.describe_pipeline(PipelineName=name)
    assert described["PipelineDefinition"] == json.dumps(GATE)
    assert "PipelineDescription" not in described


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("describe_pipeline", {"PipelineName": "nothing"}),
        ("update_pipeline", {"PipelineName": "nothing"}),
        ("delete_pipeline", {"PipelineName": "nothing"}),
        ("start_pipeline_execution", {"PipelineName": "nothing"}),
        ("list_pipeline_executions", {"PipelineName": "nothing"}),
        *(
            (operation, {"PipelineExecutionArn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/x"})
            for operation in (
                "describe_pipeline_execution",
                "describe_pipeline_definition_for_execution",
                "list_pipeline_execution_steps",
                "list_pipeline_parameters_for_execution",
                "retry_pipeline_execution",
                "stop_pipeline_execution",
                "update_pipeline_execution",
            )
        ),
    ],
)
def test_what_does_not_exist_is_not_found(pipelines: Any, operation: str, request_: dict[str, str]) -> None:
    with pytest.raises(ClientError) as error:
        getattr(pipelines.client, operation)(**request_)
    code, message = refusal(error)
    assert code == "ResourceNotFound"
    assert message.endswith("does not exist.")


def test_versions_are_refused_clearly(pipelines: Any) -> None:
    name = pipelines.create(GATE)
    with pytest.raises(ClientError) as error:
        pipelines.client.describe_pipeline(PipelineName=name, PipelineVersionId=1)
    assert refusal(error)[1] == "The local stack keeps no versions of a pipeline: leave PipelineVersionId out."


def test_a_reference_of_the_wrong_type_is_refused_by_create_and_update(pipelines: Any) -> None:
    good, count = json.dumps(GATE), {"Name": "Rounds", "Type": "Integer", "DefaultValue": 2}
    wrong = json.dumps(pipeline(fail("F", {"Get": "Parameters.Rounds"}), parameters=[count]))
    name = pipelines.create(good)
    with pytest.raises(ClientError) as created:
        pipelines.create(wrong)
    with pytest.raises(ClientError) as updated:
        pipelines.client.update_pipeline(PipelineName=name, PipelineDefinition=wrong)
    for error in (created, updated):
        code, message = refusal(error)
        assert code == "ValidationException"
        assert message.startswith("Cannot assign property reference [Parameters.Rounds] to argument of type [String]. ")
    assert pipelines.client.describe_pipeline(PipelineName=name)["PipelineDefinition"] == good
    with pytest.raises(ClientError) as started:
        pipelines.start(name, {"Rounds": "abc"})
    message = "Parameter 'Rounds' is of type Integer; 'abc' is not a valid value."
    assert refusal(started) == ("ValidationException", message)
