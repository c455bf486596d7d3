"""What DescribeTrainingJob fills in beside the request, and what it leaves alone."""

from __future__ import annotations

import re

import pytest

from .world import BUCKET, World, labelled_csv

_NUM_ROUND = {"objective": "binary:logistic", "num_round": "3"}


@pytest.fixture(scope="module")
def channels(world: World) -> dict[str, str]:
    return {"train": world.put("described/train.csv", labelled_csv(60))}


def test_defaults_are_described(world: World, channels: dict[str, str]) -> None:
    """SDK v2's Estimator.attach reads several of them without asking whether they are there."""
    name = world.training(channels, _NUM_ROUND, StoppingCondition={})
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", described
    assert described["OutputDataConfig"] == {
        "CompressionType": "GZIP",
        "KmsKeyId": "",
        "S3OutputPath": f"s3://{BUCKET}/models/",
    }
    (channel,) = described["InputDataConfig"]
    assert (channel["CompressionType"], channel["RecordWrapperType"]) == ("None", "None")
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    flags = ("EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "EnableNetworkIsolation")
    assert [described[flag] for flag in flags] == [False, False, False]
    # Filled-in definitions read the log as the job's own metrics were read, and each value counts once.
    definitions = described["AlgorithmSpecification"]["MetricDefinitions"]
    regex = next(each["Regex"] for each in definitions if each["Name"] == "train:logloss")
    lines = [match[1] for line in world.log("TrainingJob", name) if (match := re.search(regex, line))]
    final = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    assert len(lines) == 3
    assert float(lines[-1]) == final["train:logloss"]


def test_what_was_sent_stays(world: World, channels: dict[str, str]) -> None:
    sent = {
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models/", "CompressionType": "NONE"},
        "EnableNetworkIsolation": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    described = world.finish("TrainingJob", world.training(channels, _NUM_ROUND, **sent))
    assert described["OutputDataConfig"] == {**sent["OutputDataConfig"], "KmsKeyId": ""}
    assert (described["EnableNetworkIsolation"], described["StoppingCondition"]) == (True, sent["StoppingCondition"])


def test_a_described_job_can_be_sent_again(world: World, channels: dict[str, str]) -> None:
    described = world.finish("TrainingJob", world.training(channels, _NUM_ROUND))
    again = world.training(
        channels,
        _NUM_ROUND,
        **{
            member: described[member]
            for member in ("AlgorithmSpecification", "InputDataConfig", "OutputDataConfig", "StoppingCondition")
        },
    )
    second = world.finish("TrainingJob", again)
    assert second["TrainingJobStatus"] == "Completed", second
    assert [metric["Value"] for metric in second["FinalMetricDataList"]] == [
        metric["Value"] for metric in described["FinalMetricDataList"]
    ]


def test_a_script_has_no_built_in_metrics(world: World, channels: dict[str, str]) -> None:
    name = world.training(channels, {**_NUM_ROUND, "sagemaker_program": "train.py"})
    described = world.finish("TrainingJob", name)
    assert "MetricDefinitions" not in described["AlgorithmSpecification"]
