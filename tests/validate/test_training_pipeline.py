"""Task 1 on the local stack: what is nearly a training pipeline is told apart from one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed
from mlops.validate.tasks import model_registry, training_pipeline

Document = dict[str, Any]


def miss(student: str) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        training_pipeline.check(Account(student))
    return caught.value


def run(sagemaker: Any, student: str, **request: Any) -> str:
    arn = sagemaker.start_pipeline_execution(
        PipelineName=f"MLPipeline-{student}", ClientRequestToken=uuid.uuid4().hex, **request
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        state = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn["PipelineExecutionArn"])
        if state["PipelineExecutionStatus"] != "Executing":
            return str(state["PipelineExecutionStatus"])
        time.sleep(0.1)
    raise AssertionError("the execution does not end")


def test_no_pipeline(student: str) -> None:
    result = miss(student).result
    assert result.message == f"there is no pipeline MLPipeline-{student}"
    assert result.remedy == f"terraform apply -var student_id={student}"


def _default_approved(document: Document) -> None:
    next(each for each in document["Parameters"] if each["Name"] == "ModelApprovalStatus")["DefaultValue"] = "Approved"


def _unused_input(document: Document) -> None:
    preprocess = next(each for each in document["Steps"] if each["Name"] == "PreprocessData")
    preprocess["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"] = "s3://sagemaker-fixed/fixed.csv"


def _other_algorithm(document: Document) -> None:
    train = next(each for each in document["Steps"] if each["Name"] == "TrainModel")
    train["Arguments"]["AlgorithmSpecification"]["TrainingImage"] = (
        "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
    )


def _trains_on_other_data(document: Document) -> None:
    train = next(each for each in document["Steps"] if each["Name"] == "TrainModel")
    for channel in train["Arguments"]["InputDataConfig"]:
        channel["DataSource"]["S3DataSource"]["S3Uri"] = "s3://sagemaker-fixed/uploaded.csv"


def _evaluates_another_model(document: Document) -> None:
    evaluate = next(each for each in document["Steps"] if each["Name"] == "EvaluateModel")
    for each in evaluate["Arguments"]["ProcessingInputs"]:
        if "TrainModel" in str(each):
            each["S3Input"]["S3Uri"] = "s3://sagemaker-fixed/model.tar.gz"


def _registers_another_model(document: Document) -> None:
    condition = next(each for each in document["Steps"] if each["Type"] == "Condition")
    register = next(each for each in condition["Arguments"]["IfSteps"] if each["Type"] == "RegisterModel")
    for container in register["Arguments"]["InferenceSpecification"]["Containers"]:
        container["ModelDataUrl"] = "s3://sagemaker-fixed/model.tar.gz"


def _no_gate(document: Document) -> None:
    next(each for each in document["Steps"] if each["Type"] == "Condition")["Arguments"]["ElseSteps"] = []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_default_approved, "ModelApprovalStatus defaults to Approved, not to PendingManualApproval"),
        (_unused_input, "the parameter InputData is declared, but no step uses it"),
        (_other_algorithm, "TrainModel does not train the built-in XGBoost"),
        (_trains_on_other_data, "the step TrainModel does not use what PreprocessData writes"),
        (_evaluates_another_model, "the step EvaluateModel does not use what TrainModel writes"),
        (_registers_another_model, "does not use what TrainModel writes"),
        (_no_gate, "leads to no Fail step that says why"),
    ],
)
def test_a_definition_that_is_nearly_right(
    spoil: Callable[[Document], None],
    fault: str,
    definition: Document,
    publish: Callable[[Document], None],
    student: str,
) -> None:
    spoil(definition)
    publish(definition)
    result = miss(student).result
    assert fault in result.message
    assert result.evidence[0].subject.endswith(f"pipeline/MLPipeline-{student}")


def test_a_step_of_the_right_name_and_the_wrong_kind(
    definition: Document, publish: Callable[[Document], None], student: str
) -> None:
    fail = {"Name": "PreprocessData", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}
    publish({"Version": definition["Version"], "Steps": [fail]})
    assert miss(student).result.message == "the pipeline has no processing step PreprocessData"


def test_never_executed(definition: Document, publish: Callable[[Document], None], student: str) -> None:
    publish(definition)
    result = miss(student).result
    assert result.message == "the pipeline was never executed"
    assert result.remedy == f"mlops run pipeline {student}"


def test_only_failed_executions(
    definition: Document, publish: Callable[[Document], None], student: str, sagemaker: Any
) -> None:
    publish(definition)
    assert run(sagemaker, student) == "Failed", "its data is in a bucket that does not exist"
    result = miss(student).result
    assert result.message == "none of 1 executions has succeeded"
    assert result.evidence[1].status == "Failed"


def test_a_succeeded_execution_of_something_else_does_not_count(
    definition: Document, publish: Callable[[Document], None], student: str, sagemaker: Any
) -> None:
    always = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    nothing = {
        "Name": "Nothing",
        "Type": "Condition",
        "Arguments": {"Conditions": [always], "IfSteps": [], "ElseSteps": []},
    }
    publish({"Version": definition["Version"], "Steps": [nothing]})
    assert run(sagemaker, student) == "Succeeded"
    publish(definition)
    result = miss(student).result
    assert result.message == (
        "no succeeded execution ran all of PreprocessData, TrainModel, EvaluateModel and the registration"
    )


def test_steps_of_the_right_names_that_were_no_jobs_do_not_count() -> None:
    def step(name: str, *kinds: str, status: str = "Succeeded") -> dict[str, Any]:
        return {"StepName": name, "StepStatus": status, "Metadata": {kind: {"Arn": "a"} for kind in kinds}}

    done = [
        step("PreprocessData", "ProcessingJob"),
        step("TrainModel", "TrainingJob"),
        step("EvaluateModel", "ProcessingJob"),
        step("Quality", "Condition"),
        step("Register", "RegisterModel"),
    ]
    assert training_pipeline._ran_all(done)
    for number, instead in {
        0: step("PreprocessData"),
        1: step("TrainModel", "ProcessingJob"),
        2: step("EvaluateModel", "ProcessingJob", status="Failed"),
        4: step("Register", "Model"),
    }.items():
        assert not training_pipeline._ran_all([*done[:number], instead, *done[number + 1 :]])


def test_an_execution_in_the_student_s_bucket_counts_and_one_elsewhere_does_not(
    runnable: Document, publish: Callable[[Document], None], student: str, sagemaker: Any
) -> None:
    publish(runnable)
    s3, other = boto3.client("s3"), f"other-{student}"
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=other, Key="data.csv", Body=b"0,1\n")
    elsewhere = [{"Name": "InputData", "Value": f"s3://{other}/data.csv"}]
    assert run(sagemaker, student, PipelineParameters=elsewhere) == "Succeeded"
    said = miss(student).result.message
    assert said.startswith(
        f"the step PreprocessData used s3://{other}/data.csv, which is not in sagemaker-{student} (arn:aws:sagemaker:"
    )

    assert run(sagemaker, student) == "Succeeded"
    found = training_pipeline.check(Account(student))
    assert found.passed
    assert found.message == "6 steps, registration gated; an execution has succeeded"
    assert model_registry.check(Account(student)).message == "2 of 2 versions complete: PendingManualApproval"


def _elsewhere(document: Document) -> None:
    train = next(each for each in document["Steps"] if each["Name"] == "TrainModel")
    join = train["Arguments"]["OutputDataConfig"]["S3OutputPath"]["Std:Join"]["Values"]
    join[0] = "s3://sagemaker-other/pipeline/models"


def _default_elsewhere(document: Document) -> None:
    next(each for each in document["Parameters"] if each["Name"] == "InputData")["DefaultValue"] = "s3://public/a.csv"


def _joined_elsewhere(document: Document) -> None:
    document["Parameters"].append({"Name": "Bucket", "Type": "String", "DefaultValue": "sagemaker-other"})
    preprocess = next(each for each in document["Steps"] if each["Name"] == "PreprocessData")
    preprocess["Arguments"]["ProcessingInputs"][1]["S3Input"]["S3Uri"] = {
        "Std:Join": {"On": "", "Values": ["s3://", {"Get": "Parameters.Bucket"}, "/schema.json"]}
    }


@pytest.mark.parametrize(
    ("spoil", "uri"),
    [
        (_elsewhere, "s3://sagemaker-other/pipeline/models"),
        (_default_elsewhere, "s3://public/a.csv"),
        (_joined_elsewhere, "s3://sagemaker-other/schema.json"),
    ],
)
def test_a_definition_that_uses_another_bucket(
    spoil: Callable[[Document], None],
    uri: str,
    definition: Document,
    publish: Callable[[Document], None],
    student: str,
) -> None:
    spoil(definition)
    publish(definition)
    assert miss(student).result.message == (
        f"MLPipeline-{student} uses {uri}, which is not in the student's bucket sagemaker-{student}"
    )


def test_a_pipeline_that_another_student_tagged(
    definition: Document, publish: Callable[[Document], None], student: str, sagemaker: Any
) -> None:
    publish(definition)
    arn = sagemaker.describe_pipeline(PipelineName=f"MLPipeline-{student}")["PipelineArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "StudentId", "Value": "mallory"}])
    assert miss(student).result.message == f"MLPipeline-{student} has the tag StudentId=mallory"


def test_code_in_the_bucket_of_the_sdk_is_no_work_elsewhere(
    definition: Document, publish: Callable[[Document], None], student: str
) -> None:
    default = "s3://sagemaker-us-east-1-123456789012"
    inputs = next(each for each in definition["Steps"] if each["Name"] == "PreprocessData")["Arguments"][
        "ProcessingInputs"
    ]
    code = next(each for each in inputs if each["InputName"] == "code")
    code["S3Input"]["S3Uri"] = f"{default}/job/input/code/preprocess.py"
    publish(definition)
    assert miss(student).result.message == "the pipeline was never executed"
    inputs[1]["S3Input"]["S3Uri"] = f"{default}/schema.json"
    publish(definition)
    assert f"uses {default}/schema.json, which is not in the student's bucket" in miss(student).result.message
