"""Task 2: a tuning job that is nearly what the assessment asks for is told apart from one that is."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mlops.validate.account import Account, Miss
from mlops.validate.tasks import tuning

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/xgb-tuning-ann-1"
MODEL = "s3://sagemaker-ann/tuning/models/best/output/model.tar.gz"


def _range(name: str, low: str, high: str) -> dict[str, str]:
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": "Auto"}


GOOD: dict[str, Any] = {
    "HyperParameterTuningJobName": "xgb-tuning-ann-1",
    "HyperParameterTuningJobArn": ARN,
    "HyperParameterTuningJobStatus": "Completed",
    "HyperParameterTuningEndTime": NOW,
    "CreationTime": NOW,
    "HyperParameterTuningJobConfig": {
        "Strategy": "Bayesian",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2},
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "ParameterRanges": {
            "IntegerParameterRanges": [_range("max_depth", "3", "10")],
            "ContinuousParameterRanges": [
                _range("eta", "0.01", "0.3"),
                _range("subsample", "0.5", "1.0"),
                _range("colsample_bytree", "0.5", "1"),
                _range("min_child_weight", "1", "10"),
            ],
        },
    },
    "TrainingJobDefinition": {
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
        }
    },
    "TrainingJobStatusCounters": {"Completed": 8, "Stopped": 2, "NonRetryableError": 0, "InProgress": 0},
    "ObjectiveStatusCounters": {"Succeeded": 10, "Pending": 0, "Failed": 0},
    "BestTrainingJob": {
        "TrainingJobName": "xgb-tuning-ann-1-003-0123abcd",
        "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "validation:auc", "Value": 0.93},
    },
}


@dataclass
class FakeAccount(Account):
    """An account that holds tuning jobs, and the best trial's model."""

    jobs: list[dict[str, Any]] = field(default_factory=list)
    trained: dict[str, Any] | None = field(default_factory=lambda: {"ModelArtifacts": {"S3ModelArtifacts": MODEL}})
    objects: tuple[str, ...] = (MODEL,)
    owner: str = "ann"

    def every(self, service: str, operation: str, key: str, **request: Any) -> Iterator[Any]:
        return iter([job for job in self.jobs if request["NameContains"] in job["HyperParameterTuningJobName"]])

    def ask(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        if operation == "list_tags":
            return {"Tags": [{"Key": "StudentId", "Value": self.owner}]}
        if operation == "describe_training_job":
            if self.trained is None:
                raise ClientError({"Error": {"Code": "ValidationException", "Message": "not found"}}, operation)
            return self.trained
        name = request["HyperParameterTuningJobName"]
        return next(job for job in self.jobs if job["HyperParameterTuningJobName"] == name)

    def stored(self, uri: str) -> datetime | None:
        return NOW if uri in self.objects else None


def _said(account: FakeAccount) -> str:
    with pytest.raises(Miss) as caught:
        tuning.check(account)
    assert caught.value.result.remedy == "mlops run tuning ann"
    return caught.value.result.said


def test_what_is_asked_for_passes_with_evidence() -> None:
    result = tuning.check(FakeAccount("ann", jobs=[GOOD]))
    assert result.passed
    assert result.said == "10 trials; the best is xgb-tuning-ann-1-003-0123abcd with validation:auc 0.9300"
    assert [each.subject for each in result.evidence] == [ARN, MODEL]


def test_an_older_job_that_is_right_counts() -> None:
    newer = {
        **copy.deepcopy(GOOD),
        "HyperParameterTuningJobName": "tune-ann-2",
        "HyperParameterTuningJobStatus": "Failed",
    }
    assert tuning.check(FakeAccount("ann", jobs=[newer, GOOD])).passed


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def spoil(job: dict[str, Any]) -> None:
        *parents, last = path
        for name in parents:
            job = job[name]
        job[last] = to

    return spoil


CONFIG = "HyperParameterTuningJobConfig"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_set("HyperParameterTuningJobStatus", to="InProgress"), "is InProgress, not Completed"),
        (_set("HyperParameterTuningJobStatus", to="Stopped"), "is Stopped, not Completed"),
        (_set(CONFIG, "ResourceLimits", "MaxNumberOfTrainingJobs", to=5), "is for 5 trials, 2 in parallel"),
        (_set(CONFIG, "ResourceLimits", "MaxParallelTrainingJobs", to=1), "is for 10 trials, 1 in parallel"),
        (_set(CONFIG, "HyperParameterTuningJobObjective", "Type", to="Minimize"), "does not maximise validation:auc"),
        (_set(CONFIG, "HyperParameterTuningJobObjective", "MetricName", to="train:auc"), "does not maximise"),
        (_set(CONFIG, "ParameterRanges", "IntegerParameterRanges", to=[]), "does not vary max_depth from 3 to 10"),
        (
            _set(CONFIG, "ParameterRanges", "IntegerParameterRanges", to=[_range("max_depth", "3", "6")]),
            "does not vary max_depth from 3 to 10",
        ),
        (
            _set("TrainingJobDefinition", "AlgorithmSpecification", "TrainingImage", to="1.dkr.ecr/linear-learner:1"),
            "does not train the built-in XGBoost",
        ),
        (_set("TrainingJobStatusCounters", "Completed", to=1), "has 3 trials that gave an objective, not 10"),
        (_set("ObjectiveStatusCounters", "Succeeded", to=9), "has 9 trials that gave an objective, not 10"),
        (_set("BestTrainingJob", to={}), "reports no best training job"),
    ],
)
def test_a_job_that_is_nearly_right(spoil: Callable[[dict[str, Any]], None], said: str) -> None:
    job = copy.deepcopy(GOOD)
    spoil(job)
    assert said in _said(FakeAccount("ann", jobs=[job]))


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (FakeAccount("ann"), "no tuning job has ann in its name"),
        (FakeAccount("ann", jobs=[{**GOOD, "HyperParameterTuningJobName": "xgb-joann-1"}]), "no tuning job has ann"),
        (FakeAccount("ann", jobs=[GOOD], owner="ann-lee"), "no tuning job has ann in its name"),
        (FakeAccount("ann", jobs=[GOOD], trained=None), "does not exist"),
        (FakeAccount("ann", jobs=[GOOD], trained={}), "is not stored (it wrote none)"),
        (FakeAccount("ann", jobs=[GOOD], objects=()), f"is not stored ({MODEL})"),
    ],
)
def test_what_is_not_hers_or_not_there(account: FakeAccount, said: str) -> None:
    assert said in _said(account)
