"""What a user reads when training is refused, fails or is stopped."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from localaws.api.errors import AwsError

from .world import BUCKET, World, channel, labelled_csv

BINARY = {"num_round": "2", "objective": "binary:logistic"}


@pytest.fixture(scope="module")
def train(world: World) -> str:
    return world.put("fail/train/train.csv", labelled_csv())


@pytest.mark.parametrize(
    ("hyperparameters", "reason"),
    [
        ({"objective": "binary:logistic"}, "UserError: Missing required hyperparameter: num_round"),
        ({**BINARY, "eta": "2.0"}, "UserError: Hyperparameter eta: 2.0 is not in [0, 1]"),
        ({**BINARY, "foo": "1"}, "UserError: Extraneous hyperparameter found: foo"),
        (
            {**BINARY, "max_depth": "deep"},
            "UserError: Hyperparameter max_depth: could not parse value (caused by ValueError)",
        ),
        (
            {"num_round": "2", "objective": "multi:softmax"},
            "UserError: Require input for parameter 'num_class' for multi-classification",
        ),
    ],
)
def test_hyperparameters(world: World, train: str, hyperparameters: dict[str, str], reason: str) -> None:
    described = world.finish("TrainingJob", world.training({"train": train}, hyperparameters))
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Failed"
    assert described["FailureReason"] == f"AlgorithmError: framework error: {reason}, exit code: 1"
    assert "ModelArtifacts" not in described


@pytest.mark.parametrize(
    ("body", "hyperparameters", "reason"),
    [
        ("", {}, "No data in training channel path /opt/ml/input/data/train"),
        ("7,1,2\n" + 40 * "0,1,2\n", {}, "for logistic regression"),
        (
            "".join(f"{row % 5},{row},2\n" for row in range(50)),
            {},
            "It is the mean of the labels: those of binary:logistic must be in that range.",
        ),
        ("2,1,2\n1,2,1\n0,3,2\n", {"objective": "rank:map"}, "map can only be used with binary labels"),
        ("40,1,2\n1,2,1\n0,3,2\n", {"objective": "rank:ndcg"}, "Relevance degress must be lesser than or equal to 31"),
        (
            "0.5,1,2\n1,2,1\n0,3,2\n",
            {"objective": "reg:squarederror", "eval_metric": "accuracy"},
            "Metric 'accuracy' compares classes, and 0.5 is a label that is no class: use a metric of numbers, such as "
            "'rmse' or 'mae'.",
        ),
    ],
)
def test_data_that_cannot_be_trained_on(world: World, body: str, hyperparameters: dict[str, str], reason: str) -> None:
    uri = world.put(f"bad/{uuid.uuid4().hex}/train.csv", body)
    described = world.finish("TrainingJob", world.training({"train": uri}, {**BINARY, **hyperparameters}))
    assert described["TrainingJobStatus"] == "Failed"
    assert "UserError" in described["FailureReason"]
    assert reason in described["FailureReason"]


def test_a_channel_with_another_name(world: World, train: str) -> None:
    described = world.finish("TrainingJob", world.training({"train": train, "holdout": train}, BINARY))
    assert "Extraneous channel found: holdout" in described["FailureReason"]
    described = world.finish("TrainingJob", world.training({"validation": train}, BINARY))
    assert "Missing required channel: train" in described["FailureReason"]


def _spot(runtime: int, wait: int | None, spot: bool = True) -> dict[str, Any]:
    condition = {"MaxRuntimeInSeconds": runtime} | ({"MaxWaitTimeInSeconds": wait} if wait else {})
    return {"EnableManagedSpotTraining": spot, "StoppingCondition": condition}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (_spot(600, 500), "must be present and be greater than or equal to MaxRuntimeInSeconds"),
        (_spot(600, None), "must be present and be greater than or equal to MaxRuntimeInSeconds"),
        (_spot(600, 600, spot=False), "only supported when EnableManagedSpotTraining is set to true"),
        (
            {"RoleArn": "arn:aws:iam::123456789012:role/nobody"},
            "Could not assume role arn:aws:iam::1234",
        ),
        (
            {"InputDataConfig": [channel("train", f"s3://{BUCKET}/nothing/here.csv", "text/csv")]},
            f'No S3 objects found under S3 URL "s3://{BUCKET}/nothing/here.csv" given in input data source',
        ),
        (
            {"InputDataConfig": [channel("train", "s3://no-such-bucket-at-all/x", "text/csv")]},
            'No S3 objects found under S3 URL "s3://no-such-bucket-at-all/x"',
        ),
        (
            {"AlgorithmSpecification": {"TrainingImage": "registry.example.com/mine:1", "TrainingInputMode": "File"}},
            "Requested image registry.example.com/mine:1 not found",
        ),
    ],
)
def test_what_is_refused_at_creation(world: World, train: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError) as refused:
        world.training({"train": train}, BINARY, name="refused", **changes)
    assert refused.value.code == "ValidationException"
    assert message in refused.value.message
    with pytest.raises(AwsError, match="Requested resource not found"):
        world.call("DescribeTrainingJob", TrainingJobName="refused")


def test_stop_keeps_the_model_so_far(world: World, train: str) -> None:
    hyperparameters = {**BINARY, "num_round": "1000000", "save_model_on_termination": "true"}
    name = world.training({"train": train}, hyperparameters)
    record = world.stack.store.get("TrainingJob", name)
    world.wait(lambda: any("[5]" in line for line in world.log("TrainingJob", name)))
    world.call("StopTrainingJob", TrainingJobName=name)
    assert record.described["TrainingJobStatus"] in ("Stopping", "Stopped")
    described = world.finish("TrainingJob", name, seconds=20)
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Stopped"
    assert list(world.tar_members(described["ModelArtifacts"]["S3ModelArtifacts"])) == ["xgboost-model"]


def test_a_job_beyond_its_runtime(world: World, train: str) -> None:
    hyperparameters = {**BINARY, "num_round": "1000000"}
    name = world.training({"train": train}, hyperparameters, StoppingCondition={"MaxRuntimeInSeconds": 2})
    described = world.finish("TrainingJob", name, seconds=20)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert described["SecondaryStatusTransitions"][-1]["StatusMessage"].endswith(
        "exceeded MaxRuntimeInSeconds provided"
    )
    assert "ModelArtifacts" not in described


def test_an_object_that_vanishes_before_the_download_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localaws.services.sagemaker.jobs.training_checks.has_objects", lambda *_: True)
    described = world.finish("TrainingJob", world.training({"train": f"s3://{BUCKET}/vanished/train.csv"}, BINARY))
    assert described["FailureReason"].startswith(
        f'ClientError: Data download failed:No S3 objects found under S3 URL "s3://{BUCKET}/vanished/train.csv"'
    )
