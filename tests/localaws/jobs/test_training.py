"""Training in XGBoost's algorithm mode."""

from __future__ import annotations

import io
import pickle
from datetime import timedelta

import numpy as np
import pytest
import sklearn.metrics
import xgboost

from .world import BUCKET, XGBOOST, World, labelled_csv

BINARY = {"num_round": "8", "objective": "binary:logistic", "eval_metric": "auc", "max_depth": "3", "seed": "1"}


def _matrix(text: str) -> tuple[np.ndarray, np.ndarray]:
    values = np.loadtxt(io.StringIO(text), delimiter=",")
    return values[:, 1:], values[:, 0]


@pytest.fixture(scope="module")
def channels(world: World) -> dict[str, str]:
    world.put("xgb/train/train.csv", labelled_csv())
    world.put("xgb/validation/validation.csv", labelled_csv(seed=8))
    return {name: f"s3://{BUCKET}/xgb/{name}" for name in ("train", "validation")}


def _booster(world: World, described: dict[str, object]) -> xgboost.Booster:
    members = world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])  # type: ignore[index]
    assert list(members) == ["xgboost-model"]
    return xgboost.Booster(model_file=bytearray(members["xgboost-model"]))


def test_the_model_is_the_one_that_xgboost_trains_here(world: World, channels: dict[str, str]) -> None:
    name = world.training(channels, BINARY)
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    assert described["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/models/{name}/output/model.tar.gz"

    features, labels = _matrix(labelled_csv())
    parameters = {"objective": "binary:logistic", "max_depth": 3, "seed": 1}
    expected = xgboost.train(parameters, xgboost.DMatrix(features, labels), num_boost_round=8)
    held_out, truth = _matrix(labelled_csv(seed=8))
    scores = _booster(world, described).predict(xgboost.DMatrix(held_out))
    np.testing.assert_allclose(scores, expected.predict(xgboost.DMatrix(held_out)), rtol=1e-5)

    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    assert metrics["validation:auc"] == pytest.approx(sklearn.metrics.roc_auc_score(truth, scores), abs=1e-4)
    published = (
        world.stack.session_for_role(world.role, "reader")
        .client("cloudwatch")
        .get_metric_statistics(
            Namespace="/aws/sagemaker/TrainingJobs",
            MetricName="validation:auc",
            Dimensions=[{"Name": "TrainingJobName", "Value": name}],
            StartTime=described["TrainingStartTime"],
            EndTime=described["TrainingEndTime"] + timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum", "SampleCount"],
        )["Datapoints"]
    )
    assert sum(point["SampleCount"] for point in published) == 8
    assert max(point["Maximum"] for point in published) >= metrics["validation:auc"]
    rounds = [line for line in world.log("TrainingJob", name) if line.startswith("[7]")]
    assert rounds == [f"[7]#011train-auc:{metrics['train:auc']:.5f}#011validation-auc:{metrics['validation:auc']:.5f}"]


def test_old_images_pickle_their_model(world: World, channels: dict[str, str]) -> None:
    """Scripts written for them read it by pickle.load, as AWS's abalone example does."""
    algorithm = {"TrainingImage": XGBOOST.replace("1.7-1", "1.0-1-cpu-py3"), "TrainingInputMode": "File"}
    name = world.training(channels, {**BINARY, "silent": "0"}, AlgorithmSpecification=algorithm)
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    booster = pickle.loads(world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])["xgboost-model"])
    assert booster.num_boosted_rounds() == 8


def test_the_life_of_a_job_is_described(world: World, channels: dict[str, str]) -> None:
    name = world.training(channels, BINARY)
    described = world.finish("TrainingJob", name)
    transitions = described["SecondaryStatusTransitions"]
    statuses = [entry["Status"] for entry in transitions]
    assert statuses == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    times = [time for entry in transitions for time in (entry["StartTime"], entry["EndTime"])]
    assert times == sorted(times)
    assert described["SecondaryStatus"] == "Completed"
    assert described["TrainingTimeInSeconds"] == described["BillableTimeInSeconds"] >= 1
    assert described["HyperParameters"] == BINARY
    assert not {"FailureReason", "CheckpointConfig", "Environment"} & set(described)
    listed = world.call("ListTrainingJobs", NameContains=name)["TrainingJobSummaries"]
    assert [(job["TrainingJobName"], job["TrainingJobStatus"]) for job in listed] == [(name, "Completed")]


def test_libsvm_is_the_default_and_a_csv_must_be_declared(world: World, channels: dict[str, str]) -> None:
    features, labels = _matrix(labelled_csv())
    lines = [
        " ".join([str(int(label)), *(f"{number}:{value:.6f}" for number, value in enumerate(row))])
        for label, row in zip(labels, features, strict=True)
    ]
    libsvm = world.put("svm/train.libsvm", "\n".join(lines) + "\n")
    name = world.training({"train": libsvm}, BINARY, content_type=None)
    assert world.finish("TrainingJob", name)["TrainingJobStatus"] == "Completed"
    undeclared = world.finish("TrainingJob", world.training(channels, BINARY, content_type=None))
    assert undeclared["TrainingJobStatus"] == "Failed"
    assert "of file 'train.csv' is not 'LIBSVM' format. Please ensure the file is in" in undeclared["FailureReason"]


def test_parquet_with_several_files_below_the_channel(world: World) -> None:
    import pyarrow
    from pyarrow import parquet

    for part in (1, 2):
        features, labels = _matrix(labelled_csv(seed=part))
        columns = [pyarrow.array(labels), *(pyarrow.array(features[:, index]) for index in range(4))]
        packed = io.BytesIO()
        parquet.write_table(pyarrow.table(columns, names=list("labcd")), packed)
        world.put(f"parquet/train/day={part}/part.parquet", packed.getvalue())
    name = world.training({"train": f"s3://{BUCKET}/parquet/train"}, BINARY, content_type="application/x-parquet")
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    assert any("Train matrix has 800 rows and 4 columns" in line for line in world.log("TrainingJob", name))


def test_early_stopping_custom_metrics_and_instance_weights(world: World) -> None:
    weighted = "".join(
        f"{label},{1 + number % 3},{rest}\n"
        for number, (label, rest) in enumerate(line.split(",", 1) for line in labelled_csv().splitlines())
    )
    for channel in ("train", "validation"):
        world.put(f"weighted/{channel}/data.csv", weighted)
    hyperparameters = {
        "num_round": "200",
        "objective": "binary:logistic",
        "eval_metric": "logloss,f1",
        "early_stopping_rounds": "3",
        "eta": "1",
        "csv_weights": "1",
    }
    channels = {channel: f"s3://{BUCKET}/weighted/{channel}" for channel in ("train", "validation")}
    described = world.finish("TrainingJob", world.training(channels, hyperparameters))
    assert described["TrainingJobStatus"] == "Completed", described
    names = {metric["MetricName"] for metric in described["FinalMetricDataList"]}
    assert {"validation:logloss", "validation:f1", "train:f1"} <= names
    booster = _booster(world, described)
    assert booster.num_boosted_rounds() < 200
    assert booster.num_features() == 4


def test_the_tuners_objective_metric_is_computed_too(world: World, channels: dict[str, str]) -> None:
    hyperparameters = {**BINARY, "_tuning_objective_metric": "validation:auc", "eval_metric": "logloss"}
    described = world.finish("TrainingJob", world.training(channels, hyperparameters))
    names = {metric["MetricName"] for metric in described["FinalMetricDataList"]}
    assert names == {"train:auc", "train:logloss", "validation:auc", "validation:logloss"}


@pytest.mark.parametrize("tag", ["1.0-1-cpu-py3", "1.7-1", "3.0-5"])
def test_metrics_of_class_labels_are_described_as_they_are(world: World, channels: dict[str, str], tag: str) -> None:
    hyperparameters = {**BINARY, "eval_metric": "error,accuracy,f1_binary,recall,precision_macro,rmse"}
    algorithm = {"TrainingImage": XGBOOST.replace("1.7-1", tag), "TrainingInputMode": "File"}
    described = world.finish("TrainingJob", world.training(channels, hyperparameters, AlgorithmSpecification=algorithm))
    found = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    model = world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])["xgboost-model"]
    booster = pickle.loads(model) if tag.startswith("1.0") else xgboost.Booster(model_file=bytearray(model))
    for channel, text in (("train", labelled_csv()), ("validation", labelled_csv(seed=8))):
        features, labels = _matrix(text)
        scores = booster.predict(xgboost.DMatrix(features))
        classes = scores > 0.5
        expected = {
            "error": 1 - sklearn.metrics.accuracy_score(labels, classes),
            "accuracy": sklearn.metrics.accuracy_score(labels, classes),
            "f1_binary": sklearn.metrics.f1_score(labels, classes),
            "recall": sklearn.metrics.recall_score(labels, classes),
            "precision_macro": sklearn.metrics.precision_score(labels, classes, average="macro"),
            "rmse": sklearn.metrics.root_mean_squared_error(labels, scores),
        }
        assert {metric: found[f"{channel}:{metric}"] for metric in expected} == pytest.approx(expected, abs=1e-5)


def test_checkpoints_go_to_s3_and_training_resumes_from_them(world: World, channels: dict[str, str]) -> None:
    spot = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 600},
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints/"},
    }
    first = world.finish("TrainingJob", world.training(channels, {**BINARY, "num_round": "3"}, **spot))
    assert first["TrainingJobStatus"] == "Completed", first
    assert world.keys("checkpoints/") == [f"xgboost-checkpoint.{number}" for number in range(3)]
    name = world.training(channels, {**BINARY, "num_round": "8"}, **spot)
    second = world.finish("TrainingJob", name)
    assert _booster(world, second).num_boosted_rounds() == 8
    assert any("Resuming from iteration 3" in line for line in world.log("TrainingJob", name))
    spot["CheckpointConfig"] = {"S3Uri": f"s3://{BUCKET}/check"}  # a folder, not the beginning of "checkpoints"
    name = world.training(channels, {**BINARY, "num_round": "1"}, **spot)
    third = world.finish("TrainingJob", name)
    assert _booster(world, third).num_boosted_rounds() == 1
    assert world.keys("check/") == ["xgboost-checkpoint.0"]


def test_metric_definitions_are_read_with_tabs_or_their_escapes(world: World, channels: dict[str, str]) -> None:
    algorithm = {
        "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        "TrainingInputMode": "File",
        "MetricDefinitions": [
            {"Name": "escaped", "Regex": r"#011validation-auc:(\S+)"},
            {"Name": "tabbed", "Regex": r"\tvalidation-auc:([0-9.]+)"},
        ],
    }
    described = world.finish("TrainingJob", world.training(channels, BINARY, AlgorithmSpecification=algorithm))
    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    assert metrics["escaped"] == metrics["tabbed"] == metrics["validation:auc"]
