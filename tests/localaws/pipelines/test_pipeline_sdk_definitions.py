"""Definitions that SageMaker's own SDKs wrote, executed on the real stack with real jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DEFINITIONS = Path(__file__).with_name("definitions")


GROUP = "churn"
PREPROCESS = """
import pathlib, sys
assert sys.argv[1:] == ["--seed", "42"], sys.argv
rows = pathlib.Path("/opt/ml/processing/input/data.csv").read_text().splitlines()
for name in ("train", "validation", "test"):
    folder = pathlib.Path("/opt/ml/processing", name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text("\\n".join(rows) + "\\n")
"""
EVALUATE = """
import json, pathlib, tarfile
import pandas, xgboost
from sklearn.metrics import roc_auc_score
with tarfile.open("/opt/ml/processing/model/model.tar.gz") as archive:
    archive.extractall("/tmp/model", filter="data")
model = xgboost.Booster(model_file="/tmp/model/xgboost-model")
test = pandas.read_csv("/opt/ml/processing/test/test.csv", header=None)
auc = roc_auc_score(test[0], model.predict(xgboost.DMatrix(test.iloc[:, 1:].to_numpy())))
out = pathlib.Path("/opt/ml/processing/evaluation")
out.mkdir(parents=True, exist_ok=True)
(out / "evaluation.json").write_text(json.dumps({"binary_classification_metrics": {"auc": {"value": float(auc)}}}))
"""
ROWS = "".join(f"{int(i * 7 % 100 + i % 13 > 55)},{i * 7 % 100},{i % 13}\n" for i in range(300))


def groups(pipelines: Any) -> list[str]:
    listed = pipelines.client.list_model_package_groups(NameContains=GROUP)["ModelPackageGroupSummaryList"]
    return [group["ModelPackageGroupName"] for group in listed]


@pytest.fixture
def sdk_v2(bucket: Callable[[str, str], None], pipelines: Any) -> Any:
    """The definition's text, with what the SDK would have uploaded in place."""
    text = (DEFINITIONS / "sdk_v2.json").read_text()
    for step in json.loads(text)["Steps"]:
        for given in step["Arguments"].get("ProcessingInputs", ()):
            uri = given["S3Input"]["S3Uri"]
            if given["InputName"] == "code":
                bucket(uri.removeprefix("s3://pipelines-test/"), PREPROCESS if "preprocess" in uri else EVALUATE)
    bucket("input/data.csv", ROWS)
    yield text
    for name in groups(pipelines):
        for package in pipelines.client.list_model_packages(ModelPackageGroupName=name)["ModelPackageSummaryList"]:
            pipelines.client.delete_model_package(ModelPackageName=package["ModelPackageArn"])
        pipelines.client.delete_model_package_group(ModelPackageGroupName=name)
    for model in pipelines.client.list_models()["Models"]:
        pipelines.client.delete_model(ModelName=model["ModelName"])


def test_a_definition_of_sdk_v2_trains_evaluates_and_registers(sdk_v2: str, pipelines: Any) -> None:
    name = pipelines.create(sdk_v2)
    arn = pipelines.start(name, {"NumRound": "5", "Eta": "0.3"})
    described = pipelines.wait(arn)
    steps = pipelines.steps(arn)
    assert described["PipelineExecutionStatus"] == "Succeeded", steps

    assert set(steps) == {
        "PreprocessData",
        "TrainModel",
        "EvaluateModel",
        "CheckQuality",
        "Register-RegisterModel",
        "Create-CreateModel",
    }
    assert steps["CheckQuality"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    job = steps["TrainModel"]["Metadata"]["TrainingJob"]["Arn"].split("/")[1]
    training = pipelines.client.describe_training_job(TrainingJobName=job)
    assert training["HyperParameters"]["num_round"] == "5"
    assert training["HyperParameters"]["eta"] == "0.3"
    assert groups(pipelines) == [GROUP]
    package = pipelines.client.describe_model_package(
        ModelPackageName=steps["Register-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert package["ModelPackageVersion"] == 1
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["MetadataProperties"]["GeneratedBy"] == arn
    artifacts = training["ModelArtifacts"]["S3ModelArtifacts"]
    assert package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == artifacts
    model = steps["Create-CreateModel"]["Metadata"]["Model"]["Arn"].split("/")[1]
    created = pipelines.client.describe_model(ModelName=model)
    assert created["PrimaryContainer"]["ModelDataUrl"] == artifacts

    # Nothing changed: the cached steps are not run again, and the evaluation is.
    again = pipelines.start(name, {"NumRound": "5", "Eta": "0.3"})
    assert pipelines.wait(again)["PipelineExecutionStatus"] == "Succeeded"
    steps = pipelines.steps(again)
    for cached in ("PreprocessData", "TrainModel"):
        assert steps[cached]["CacheHitResult"] == {"SourcePipelineExecutionArn": arn}
    assert "CacheHitResult" not in steps["EvaluateModel"]


def test_a_threshold_that_is_not_met_registers_nothing(sdk_v2: str, pipelines: Any) -> None:
    arn = pipelines.start(pipelines.create(sdk_v2), {"AucThreshold": "1.5"})
    described = pipelines.wait(arn)

    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == "Step failure: One or multiple steps failed."
    reason = pipelines.steps(arn)["QualityTooLow"]["FailureReason"]
    assert reason.startswith(("AUC 0.", "AUC 1.0"))
    assert reason.endswith(" is below 1.5 after 3 rounds")
    assert groups(pipelines) == []


def test_a_missing_input_names_the_key_in_the_steps_failure_reason(sdk_v2: str, pipelines: Any) -> None:
    arn = pipelines.start(pipelines.create(sdk_v2), {"InputData": "s3://pipelines-test/input/other.csv"})
    assert pipelines.wait(arn)["PipelineExecutionStatus"] == "Failed"
    step = pipelines.steps(arn)["PreprocessData"]
    assert step["StepStatus"] == "Failed"
    assert "s3://pipelines-test/input/other.csv" in step["FailureReason"]
