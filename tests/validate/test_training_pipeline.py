"""Task 1 on the local stack: what is nearly a training pipeline is told apart from one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mlops.validate.account import Account, Miss
from mlops.validate.tasks import training_pipeline

Document = dict[str, Any]


def miss(student: str) -> Miss:
    with pytest.raises(Miss) as caught:
        training_pipeline.check(Account(student))
    return caught.value


def run(sagemaker: Any, student: str) -> str:
    arn = sagemaker.start_pipeline_execution(PipelineName=f"MLPipeline-{student}", ClientRequestToken="r" * 32)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        state = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn["PipelineExecutionArn"])
        if state["PipelineExecutionStatus"] != "Executing":
            return str(state["PipelineExecutionStatus"])
        time.sleep(0.1)
    raise AssertionError("the execution does not end")


def test_no_pipeline(student: str) -> None:
    result = miss(student).result
    assert result.said == f"there is no pipeline MLPipeline-{student}"
    assert result.remedy == f"terraform apply -var student_id={student}"


def _default_approved(document: Document) -> None:
    next(each for each in document["Parameters"] if each["Name"] == "ModelApprovalStatus")["DefaultValue"] = "Approved"


def _unused_input(document: Document) -> None:
    preprocess = next(each for each in document["Steps"] if each["Name"] == "PreprocessData")
    preprocess["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"] = "s3://sagemaker-nobody/fixed.csv"


def _other_algorithm(document: Document) -> None:
    train = next(each for each in document["Steps"] if each["Name"] == "TrainModel")
    train["Arguments"]["AlgorithmSpecification"]["TrainingImage"] = (
        "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
    )


def _no_gate(document: Document) -> None:
    next(each for each in document["Steps"] if each["Type"] == "Condition")["Arguments"]["ElseSteps"] = []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_default_approved, "ModelApprovalStatus defaults to Approved, not to PendingManualApproval"),
        (_unused_input, "the parameter InputData is declared, but no step uses it"),
        (_other_algorithm, "TrainModel does not train the built-in XGBoost"),
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
    assert fault in result.said
    assert result.evidence[0].subject.endswith(f"pipeline/MLPipeline-{student}")


def test_a_step_of_the_right_name_and_the_wrong_kind(
    definition: Document, publish: Callable[[Document], None], student: str
) -> None:
    fail = {"Name": "PreprocessData", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}
    publish({"Version": definition["Version"], "Steps": [fail]})
    assert miss(student).result.said == "the pipeline has no processing step PreprocessData"


def test_never_executed(definition: Document, publish: Callable[[Document], None], student: str) -> None:
    publish(definition)
    result = miss(student).result
    assert result.said == "the pipeline was never executed"
    assert result.remedy == f"mlops run pipeline {student}"


def test_only_failed_executions(
    definition: Document, publish: Callable[[Document], None], student: str, sagemaker: Any
) -> None:
    publish(definition)
    assert run(sagemaker, student) == "Failed", "its data is in a bucket that does not exist"
    result = miss(student).result
    assert result.said == "none of 1 executions has succeeded"
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
    assert result.said == "no succeeded execution ran all of PreprocessData, TrainModel, EvaluateModel"
