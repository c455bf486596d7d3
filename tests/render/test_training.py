"""The training definition's names, order and meaning: the contract with users, Terraform and the jobs."""

from typing import Any

import pytest

from mlops.jobs.training.evaluate import advice
from render.definitions import committed, steps
from render.evaluation import Evaluator, defaults

PIPELINE_PREFIX = "s3://sagemaker-student01/pipeline"


@pytest.fixture
def training() -> dict[str, Any]:
    return committed("training")


def without(document: Any, *dropped: str) -> Any:
    if isinstance(document, dict):
        return {key: without(value, *dropped) for key, value in document.items() if key not in dropped}
    return [without(value, *dropped) for value in document] if isinstance(document, list) else document


def test_parameters_and_their_defaults(training: dict[str, Any]) -> None:
    assert defaults(training) == {
        "InputData": "s3://sagemaker-student01/data/training/2c26b46b68ffc68f/adult.csv",
        "SchemaUri": "s3://sagemaker-student01/data/schema/fcde2b2edba56bf4/schema.json",
        "ModelApprovalStatus": "PendingManualApproval",
        "AucThreshold": 0.85,
        "DecisionThreshold": 0.5,
        "Seed": 42,
        "ProcessingInstanceType": "ml.t3.medium",
        "TrainingInstanceType": "ml.m5.large",
        "EvaluationInstanceType": "ml.t3.medium",
        "ProcessingVolumeSizeInGB": 10,
        "TrainingVolumeSizeInGB": 10,
        "EvaluationVolumeSizeInGB": 10,
        "ProcessingMaxRuntimeInSeconds": 3600,
        "TrainingMaxRuntimeInSeconds": 3600,
        "EvaluationMaxRuntimeInSeconds": 1800,
        "NumRound": 100,
        "MaxDepth": 5,
        "Eta": 0.2,
        "Subsample": 1.0,
        "ColsampleBytree": 1.0,
        "MinChildWeight": 1.0,
        "Gamma": 0.0,
        "Alpha": 0.0,
        "Lambda": 1.0,
        "ScalePosWeight": 1.0,
    }
    types = {"String": str, "Integer": int, "Float": float}
    for parameter in training["Parameters"]:
        assert type(parameter["DefaultValue"]) is types[parameter["Type"]], parameter["Name"]


def test_approval_status_is_one_of_two(training: dict[str, Any]) -> None:
    (status,) = (p for p in training["Parameters"] if p["Name"] == "ModelApprovalStatus")
    assert status["EnumValues"] == ["PendingManualApproval", "Approved"]


def test_every_parameter_is_used(definition: dict[str, Any]) -> None:
    text = str(definition["Steps"])
    assert [name for name in defaults(definition) if f"'Parameters.{name}'" not in text] == []


def test_steps_and_branches(training: dict[str, Any]) -> None:
    assert [(step["Name"], step["Type"]) for step in training["Steps"]] == [
        ("PreprocessData", "Processing"),
        ("TrainModel", "Training"),
        ("EvaluateModel", "Processing"),
        ("CheckQuality", "Condition"),
    ]
    check = training["Steps"][-1]["Arguments"]
    assert [(step["Name"], step["Type"]) for step in check["IfSteps"]] == [("RegisterModel", "RegisterModel")]
    assert [(step["Name"], step["Type"]) for step in check["ElseSteps"]] == [("QualityTooLow", "Fail")]


@pytest.mark.parametrize("name", ["training", "training-spot", "training-tuned"])
def test_every_processing_and_training_step_names_its_jobs_after_the_pipeline(name: str) -> None:
    named = {
        step["Name"]: step["Arguments"].get(f"{step['Type']}JobName")
        for step in steps(committed(name)).values()
        if step["Type"] in ("Processing", "Training")
    }
    train = {} if name == "training-tuned" else {"TrainModel": "mlops-student01--train"}
    assert named == train | {"PreprocessData": "mlops-student01--prep", "EvaluateModel": "mlops-student01--eval"}


@pytest.mark.parametrize(("auc", "passes"), [(0.84999, False), (0.85, True), (0.93, True)])
def test_quality_gate(training: dict[str, Any], auc: float, passes: bool) -> None:
    (condition,) = steps(training)["CheckQuality"]["Arguments"]["Conditions"]
    report = {"binary_classification_metrics": {"auc": {"value": auc}}}
    evaluator = Evaluator(defaults(training), {("EvaluateModel", "EvaluationReport"): report})
    assert condition["Type"] == "GreaterThanOrEqualTo"
    assert (evaluator.value(condition["LeftValue"]) >= evaluator.value(condition["RightValue"])) is passes


@pytest.mark.parametrize(
    ("warnings", "said"),
    [
        ([], "Improve the data or the hyperparameters"),
        (
            ["column 'ticket' looks like an identifier", "column 'cabin' looks like an identifier"],
            "The likelier cause is the data, not the hyperparameters: column 'ticket' looks like an identifier "
            "(1 more in evaluation.json)",
        ),
    ],
    ids=["nothing noticed", "identifiers"],
)
def test_fail_message_names_metric_threshold_and_remedy(
    training: dict[str, Any], warnings: list[str], said: str
) -> None:
    report = {"binary_classification_metrics": {"auc": {"value": 0.9297}}, "advice": advice(warnings)}
    evaluator = Evaluator(defaults(training) | {"AucThreshold": 0.99}, {("EvaluateModel", "EvaluationReport"): report})
    assert evaluator.value(steps(training)["QualityTooLow"]["Arguments"]["ErrorMessage"]) == (
        "The model was not registered: its AUC on the test split is 0.9297, below the AucThreshold of 0.99. "
        f"{said}, or start again with a lower AucThreshold."
    )


def test_hyperparameters_reach_xgboost_as_text(training: dict[str, Any]) -> None:
    values = Evaluator(defaults(training)).value(steps(training)["TrainModel"]["Arguments"]["HyperParameters"])
    assert values == {
        "objective": "binary:logistic",
        "eval_metric": "auc",
        "num_round": "100",
        "max_depth": "5",
        "eta": "0.2",
        "subsample": "1.0",
        "colsample_bytree": "1.0",
        "min_child_weight": "1.0",
        "gamma": "0.0",
        "alpha": "0.0",
        "lambda": "1.0",
        "scale_pos_weight": "1.0",
        "seed": "42",
    }


def test_outputs_lie_under_the_execution_id(training: dict[str, Any]) -> None:
    evaluator = Evaluator(defaults(training))
    written = {}
    for name in ("PreprocessData", "EvaluateModel"):
        for output in steps(training)[name]["Arguments"]["ProcessingOutputConfig"]["Outputs"]:
            uri = evaluator.value(output["S3Output"]["S3Uri"])
            written[output["OutputName"]] = (uri, output["S3Output"]["LocalPath"])
    assert written == {
        name: (f"{PIPELINE_PREFIX}/{name}/abcdef123456", f"/opt/ml/processing/output/{name}")
        for name in ("train", "validation", "test", "encoder", "baseline", "report", "evaluation")
    }
    models = steps(training)["TrainModel"]["Arguments"]["OutputDataConfig"]["S3OutputPath"]
    assert evaluator.value(models) == f"{PIPELINE_PREFIX}/models/abcdef123456"


def test_channels_take_the_splits_as_csv(training: dict[str, Any]) -> None:
    channels = steps(training)["TrainModel"]["Arguments"]["InputDataConfig"]
    assert {channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]["Get"] for channel in channels} == {
        name: f"Steps.PreprocessData.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"
        for name in ("train", "validation")
    }
    assert {channel["ContentType"] for channel in channels} == {"text/csv"}


def test_package_is_an_inference_pipeline(training: dict[str, Any]) -> None:
    request = Evaluator(defaults(training)).value(steps(training)["RegisterModel"]["Arguments"])
    encoder, xgboost = request["InferenceSpecification"]["Containers"]
    assert "sagemaker-scikit-learn" in encoder["Image"]
    assert encoder["ModelDataUrl"].endswith(
        "PreprocessData.ProcessingOutputConfig.Outputs.encoder.S3Output.S3Uri/model.tar.gz"
    )
    assert encoder["Environment"] == {
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }
    assert "sagemaker-xgboost" in xgboost["Image"]
    assert xgboost["ModelDataUrl"].endswith("TrainModel.ModelArtifacts.S3ModelArtifacts")
    assert request["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"].endswith("/evaluation.json")


def test_package_says_where_it_comes_from(training: dict[str, Any]) -> None:
    evaluator = Evaluator(
        defaults(training) | {"InputData": "s3://another/place.csv"},
        {("PreprocessData", "PreprocessReport"): {"data": {"sha256": "d" * 64}, "schema": {"sha256": "5" * 64}}},
    )
    metadata = evaluator.value(steps(training)["RegisterModel"]["Arguments"]["CustomerMetadataProperties"])
    assert metadata == {
        "accuracy": "0.9297",
        "auc": "0.9297",
        "auc_threshold": "0.85",
        "code_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "data_sha256": "d" * 64,
        "f1": "0.9297",
        "log_loss": "0.9297",
        "pipeline_execution_arn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/x/execution/abcdef123456",
        "schema_sha256": "5" * 64,
        "source_commit": "4c1f9d0e5b2a7d3c8e6f1a0b9c8d7e6f5a4b3c2d",
    }


def test_jobs_have_no_network(definition: dict[str, Any]) -> None:
    found = steps(definition)
    training = (
        found["TrainModel"]["Arguments"]
        if "TrainModel" in found
        else found["TuneModel"]["Arguments"]["TrainingJobDefinition"]
    )
    assert training["EnableNetworkIsolation"] is True
    for name in ("PreprocessData", "EvaluateModel"):
        assert found[name]["Arguments"]["NetworkConfig"] == {"EnableNetworkIsolation": True}


def test_retries(definition: dict[str, Any]) -> None:
    service = {"Step.THROTTLING", "Step.SERVICE_FAULT"}
    job = service | {"SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR"}
    retried = {
        name: {kind for policy in step["RetryPolicies"] for kind in policy["ExceptionType"]}
        for name, step in steps(definition).items()
        if "RetryPolicies" in step
    }
    model = "TrainModel" if "TrainModel" in steps(definition) else "TuneModel"
    assert retried == {"PreprocessData": job, model: job, "EvaluateModel": job, "RegisterModel": service}
    for step in steps(definition).values():
        for policy in step.get("RetryPolicies", []):
            assert ("MaxAttempts" in policy) != ("ExpireAfterMin" in policy)


def test_jobs_are_cached(training: dict[str, Any]) -> None:
    cached = {name for name, step in steps(training).items() if step.get("CacheConfig", {}).get("Enabled")}
    assert cached == {"PreprocessData", "TrainModel", "EvaluateModel"}


def test_nothing_but_outputs_depends_on_the_execution(training: dict[str, Any]) -> None:
    """What belongs to a cache key (inputs, hyperparameters, arguments) must not change from run to run."""
    for step in training["Steps"][:-1]:
        keyed = without(step, "ProcessingOutputConfig", "OutputDataConfig")
        assert "Execution." not in str(keyed), step["Name"]


def test_spot_differs_in_training_only(training: dict[str, Any]) -> None:
    spot = committed("training-spot")
    assert defaults(spot) == defaults(training) | {"TrainingMaxWaitTimeInSeconds": 7200}
    assert defaults(spot)["TrainingMaxWaitTimeInSeconds"] >= defaults(spot)["TrainingMaxRuntimeInSeconds"]
    ours, plain = steps(spot), steps(training)
    assert {name for name in plain if ours[name] != plain[name]} == {"TrainModel"}
    arguments = ours["TrainModel"]["Arguments"]
    assert arguments["EnableManagedSpotTraining"] is True
    assert Evaluator(defaults(spot)).value(arguments["CheckpointConfig"]) == {
        "LocalPath": "/opt/ml/checkpoints",
        "S3Uri": f"{PIPELINE_PREFIX}/checkpoints/abcdef123456",
    }
    assert arguments["StoppingCondition"] == {
        "MaxRuntimeInSeconds": {"Get": "Parameters.TrainingMaxRuntimeInSeconds"},
        "MaxWaitTimeInSeconds": {"Get": "Parameters.TrainingMaxWaitTimeInSeconds"},
    }
    dropped = ("EnableManagedSpotTraining", "CheckpointConfig", "StoppingCondition", "CacheConfig")
    assert without(ours["TrainModel"], *dropped) == without(plain["TrainModel"], *dropped)
    assert "CacheConfig" not in ours["TrainModel"]
