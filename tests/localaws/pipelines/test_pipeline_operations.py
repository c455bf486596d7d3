"""The operations on pipelines and executions, over HTTP."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_fakes import fail, gate, pipeline, processing

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROUNDS = {"Name": "Rounds", "Type": "Integer", "DefaultValue": 2}
GATE = pipeline(
    gate("Gate", {"Get": "Parameters.Rounds"}, 1, no=[fail("TooFew", "too few rounds")]), parameters=[ROUNDS]
)
ANY_JOB = {
    "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["/bin/sh", "-c"]},
    "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
}


def shell(name: str, command: str, role_arn: str, **members: Any) -> dict[str, Any]:
    """A processing step that runs one line of shell."""
    step = processing(name, **members)
    app = {**ANY_JOB["AppSpecification"], "ContainerArguments": [command]}
    step["Arguments"].update(ANY_JOB, AppSpecification=app, RoleArn=role_arn)
    return step


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


def test_an_execution_is_described_as_on_aws(pipelines: Any) -> None:
    experiment = {"ExperimentName": {"Get": "Execution.PipelineName"}, "TrialName": "trial"}
    name = pipelines.create({**GATE, "PipelineExperimentConfig": experiment})
    arn = pipelines.start(name, {"Rounds": "0"}, PipelineExecutionDisplayName="low", PipelineExecutionDescription="d")
    assert re.fullmatch(rf"arn:aws:sagemaker:us-east-1:123456789012:pipeline/{name}/execution/[a-z0-9]{{12}}", arn)
    described = pipelines.wait(arn)
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == "Step failure: One or multiple steps failed."
    assert described["PipelineArn"] == arn.rpartition("/execution/")[0]
    assert described["PipelineExecutionDisplayName"] == "low"
    assert described["PipelineExecutionDescription"] == "d"
    assert described["PipelineExperimentConfig"] == {"ExperimentName": name, "TrialName": "trial"}
    assert list(pipelines.steps(arn)) == ["TooFew", "Gate"]
    ascending = pipelines.client.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    assert [step["StepName"] for step in ascending["PipelineExecutionSteps"]] == ["Gate", "TooFew"]
    page = pipelines.client.list_pipeline_execution_steps(PipelineExecutionArn=arn, MaxResults=1)
    rest = pipelines.client.list_pipeline_execution_steps(PipelineExecutionArn=arn, NextToken=page["NextToken"])
    assert [step["StepName"] for step in rest["PipelineExecutionSteps"]] == ["Gate"]
    values = pipelines.client.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
    assert values["PipelineParameters"] == [{"Name": "Rounds", "Value": "0"}]

    second = pipelines.start(name)
    assert pipelines.wait(second)["PipelineExecutionStatus"] == "Succeeded"
    listed = pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    assert [execution["PipelineExecutionArn"] for execution in listed] == [second, arn]
    assert listed[1]["PipelineExecutionFailureReason"] == "Step failure: One or multiple steps failed."
    assert listed[0]["PipelineExecutionDisplayName"].startswith("execution-")
    pipeline_ = pipelines.client.describe_pipeline(PipelineName=name)
    assert pipeline_["LastRunTime"] == listed[0]["StartTime"]
    assert pipeline_["LastModifiedTime"] == pipeline_["CreationTime"]

    pipelines.client.update_pipeline_execution(PipelineExecutionArn=arn, PipelineExecutionDisplayName="renamed")
    described = pipelines.client.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionDisplayName"] == "renamed"
    assert described["PipelineExecutionStatus"] == "Failed"


def test_an_execution_keeps_the_definition_that_it_began_with(pipelines: Any) -> None:
    name = pipelines.create(GATE)
    arn = pipelines.start(name)
    pipelines.client.update_pipeline(PipelineName=name, PipelineDefinition=json.dumps(pipeline(fail("Other"))))
    told = pipelines.client.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert json.loads(told["PipelineDefinition"]) == GATE
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_wrong_parameters_start_nothing(pipelines: Any) -> None:
    name = pipelines.create(GATE)
    for values, message in (({"Round": "1"}, "'Round' is not defined"), ({"Rounds": "x"}, "'x' is not a valid value")):
        with pytest.raises(ClientError) as error:
            pipelines.start(name, values)
        assert refusal(error)[0] == "ValidationException"
        assert message in refusal(error)[1]
    assert pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"] == []


def test_a_role_that_sagemaker_cannot_assume_starts_nothing(pipelines: Any) -> None:
    name = pipelines.create(GATE)
    pipelines.client.update_pipeline(PipelineName=name, RoleArn="arn:aws:iam::123456789012:role/nobody")
    with pytest.raises(ClientError) as error:
        pipelines.start(name)
    code, message = refusal(error)
    assert code == "ValidationException"
    assert "arn:aws:iam::123456789012:role/nobody" in message
    assert pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"] == []


def test_a_running_execution_is_stopped_and_protects_its_pipeline(pipelines: Any) -> None:
    steps = [shell("Sleep", "echo asleep; sleep 60", pipelines.role_arn), fail("Never", DependsOn=["Sleep"])]
    name = pipelines.create(pipeline(*steps))
    arn = pipelines.start(name)
    with pytest.raises(ClientError) as error:
        pipelines.client.delete_pipeline(PipelineName=name)
    assert refusal(error)[0] == "ConflictException"
    with pytest.raises(ClientError) as error:
        pipelines.client.retry_pipeline_execution(PipelineExecutionArn=arn)
    assert refusal(error)[0] == "ConflictException"

    pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)

    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Stopped"
    steps_ = pipelines.steps(arn)
    assert {name: step["StepStatus"] for name, step in steps_.items()} == {"Sleep": "Stopped"}
    if "ProcessingJob" in steps_["Sleep"]["Metadata"]:
        job = steps_["Sleep"]["Metadata"]["ProcessingJob"]["Arn"].split("/")[1]
        described = pipelines.client.describe_processing_job(ProcessingJobName=job)
        assert described["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError) as error:
        pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert refusal(error)[0] == "ConflictException"


def test_a_failed_execution_is_retried_where_it_failed(pipelines: Any, bucket: Callable[[str, str], None]) -> None:
    first = shell("First", "true", pipelines.role_arn)
    second = shell(
        "Second", "cat /opt/ml/processing/in/key.txt", pipelines.role_arn, inputs={"in": "s3://pipelines-test/key.txt"}
    )
    second["DependsOn"] = ["First"]
    arn = pipelines.start(pipelines.create(pipeline(first, second)))
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Failed"
    before = pipelines.steps(arn)
    assert "s3://pipelines-test/key.txt" in before["Second"]["FailureReason"]

    bucket("key.txt", "now it is there")
    token = uuid.uuid4().hex
    for _ in range(2):
        pipelines.client.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)

    described = pipelines.wait(arn)
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert "FailureReason" not in described
    after = pipelines.steps(arn)
    assert after["First"] == before["First"]
    assert after["Second"]["StepStatus"] == "Succeeded"
    assert after["Second"]["Metadata"] != before["Second"]["Metadata"]


def test_selected_steps_run_on_the_results_of_an_earlier_execution(pipelines: Any) -> None:
    first = shell("First", "true", pipelines.role_arn)
    second = shell("Second", "true", pipelines.role_arn, DependsOn=["First"])
    third = shell("Third", "true", pipelines.role_arn, DependsOn=["Second"])
    name = pipelines.create(pipeline(first, second, third))
    with pytest.raises(ClientError) as error:
        pipelines.start(name, SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "Second"}]})
    assert refusal(error)[0] == "ResourceNotFound"
    source = pipelines.start(name)
    assert pipelines.wait(source)["PipelineExecutionStatus"] == "Succeeded"
    with pytest.raises(ClientError) as error:
        pipelines.start(name, SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "Fourth"}]})
    assert refusal(error) == ("ValidationException", "Selected step 'Fourth' is not a step of the pipeline.")

    arn = pipelines.start(name, SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "Second"}]})

    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = pipelines.steps(arn)
    assert "SelectiveExecutionResult" not in steps["Second"]
    assert steps["First"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source}
    assert steps["First"]["Metadata"] == pipelines.steps(source)["First"]["Metadata"]
    assert steps["Second"]["Metadata"] != pipelines.steps(source)["Second"]["Metadata"]


def test_versions_are_refused_clearly(pipelines: Any) -> None:
    name = pipelines.create(GATE)
    with pytest.raises(ClientError) as error:
        pipelines.client.describe_pipeline(PipelineName=name, PipelineVersionId=1)
    assert refusal(error)[1] == "The local stack keeps no versions of a pipeline: leave PipelineVersionId out."
