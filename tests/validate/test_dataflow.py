"""Whether the steps of a definition use each other's results, in the ways in which scripts write that."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.validate.dataflow import flow_fault

PREPROCESS = {
    "Name": "PreprocessData",
    "Type": "Processing",
    "Arguments": {
        "ProcessingOutputConfig": {
            "Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://sagemaker-ann/pipeline/train"}}]
        }
    },
}
BY_REFERENCE = {"Get": "Steps.PreprocessData.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"}
MODEL = {"Get": "Steps.TrainModel.ModelArtifacts.S3ModelArtifacts"}


def train(data: Any) -> dict[str, Any]:
    arguments = {
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": data}}}],
        "OutputDataConfig": {"S3OutputPath": "s3://sagemaker-ann/pipeline/models"},
    }
    return {"Name": "TrainModel", "Type": "Training", "Arguments": arguments}


def evaluate(model: Any) -> dict[str, Any]:
    arguments = {"ProcessingInputs": [{"InputName": "model", "S3Input": {"S3Uri": model}}]}
    return {"Name": "EvaluateModel", "Type": "Processing", "Arguments": arguments}


def gate(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"Name": "Gate", "Type": "Condition", "Arguments": {"IfSteps": list(steps), "ElseSteps": []}}


def register(model: Any) -> dict[str, Any]:
    arguments = {"InferenceSpecification": {"Containers": [{"ModelDataUrl": model}]}}
    return {"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (BY_REFERENCE, None),
        ("s3://sagemaker-ann/pipeline/train/", None),
        ("s3://sagemaker-ann/pipeline/train/train.csv", None),
        ({"Std:Join": {"On": "/", "Values": ["s3://sagemaker-ann", "pipeline", "train"]}}, None),
        ({"Std:Join": {"On": "/", "Values": [BY_REFERENCE, "train.csv"]}}, None),
        ("s3://sagemaker-ann/pipeline/training", "the step TrainModel does not use what PreprocessData writes"),
    ],
)
def test_what_a_model_is_trained_on(data: Any, fault: str | None) -> None:
    steps = [PREPROCESS, train(data), evaluate(MODEL), gate(register(MODEL))]
    assert flow_fault({"Steps": steps}) == fault


def test_a_model_that_the_sdk_repacks_is_the_trained_one() -> None:
    repack = {"Name": "Repack", "Type": "Training", "Arguments": {"HyperParameters": {"model_archive": MODEL}}}
    repacked = {"Get": "Steps.Repack.ModelArtifacts.S3ModelArtifacts"}
    steps = [PREPROCESS, train(BY_REFERENCE), evaluate("s3://sagemaker-ann/pipeline/models/"), gate(repack)]
    assert flow_fault({"Steps": [*steps, gate(repack, register(repacked))]}) is None
    fixed = gate(register("s3://sagemaker-ann/models/best.tar.gz"))
    assert flow_fault({"Steps": [*steps, fixed]}) == "the step Register does not use what TrainModel writes"
