"""The operations on executions, over HTTP."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_steps import GATE, fail, pipeline, shell


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


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
