"""Task 2: a tuning job that is nearly what the assessment asks for is told apart from one that is."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed
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
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://sagemaker-ann/pipeline/train"}}}
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://sagemaker-ann/tuning/models"},
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
        },
    },
    "TrainingJobStatusCounters": {"Completed": 8, "Stopped": 2, "NonRetryableError": 0, "InProgress": 0},
    "ObjectiveStatusCounters": {"Succeeded": 10, "Pending": 0, "Failed": 0},
    "BestTrainingJob": {
        "TrainingJobName": "xgb-tuning-ann-1-003-0123abcd",
        "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "validation:auc", "Value": 0.93},
    },
}


def _archive() -> bytes:
    return (Path(__file__).resolve().parents[2] / "rendered" / "bootstrap" / "xgboost-default.tar.gz").read_bytes()


@dataclass
class FakeAccount(Account):
    """An account that holds tuning jobs, and the best trial's model."""

    jobs: list[dict[str, Any]] = field(default_factory=list)
    trained: dict[str, Any] | None = field(default_factory=lambda: {"ModelArtifacts": {"S3ModelArtifacts": MODEL}})
    objects: dict[str, bytes] = field(default_factory=lambda: {MODEL: _archive()})
    owner: str | None = "ann"
    buckets: dict[str, str | None] = field(default_factory=lambda: {"sagemaker-ann": None})

    def every(self, service: str, operation: str, key: str, **request: Any) -> Iterator[Any]:
        if operation == "list_tags":
            return iter([] if self.owner is None else [{"Key": "StudentId", "Value": self.owner}])
        if operation == "list_buckets":
            return iter([{"Name": name} for name in self.buckets])
        return iter([job for job in self.jobs if request.get("NameContains", "") in job["HyperParameterTuningJobName"]])

    def ask(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        missing = ClientError({"Error": {"Code": "ValidationException", "Message": "not found"}}, operation)
        if operation == "get_caller_identity":
            return {"Account": "123456789012"}
        if operation == "get_bucket_tagging":
            if not (tag := self.buckets.get(request["Bucket"])):
                raise missing
            return {"TagSet": [{"Key": "StudentId", "Value": tag}]}
        if operation == "head_object":
            uri = f"s3://{request['Bucket']}/{request['Key']}"
            if uri not in self.objects:
                raise missing
            return {"ContentLength": len(self.objects[uri]), "ETag": "e", "LastModified": NOW}
        if operation == "describe_training_job" and self.trained is not None:
            return self.trained
        jobs = [job for job in self.jobs if job["HyperParameterTuningJobName"] in request.values()]
        if not jobs:
            raise missing
        return jobs[0]

    def content(self, uri: str, version: str | None = None, max_bytes: int = 1 << 30) -> bytes:
        return self.objects[uri][:max_bytes]


def _said(account: FakeAccount) -> str:
    with pytest.raises(CheckFailed) as caught:
        tuning.check(account)
    assert caught.value.result.remedy == "mlops run tuning ann"
    return caught.value.result.message


def test_what_is_asked_for_passes_with_evidence() -> None:
    result = tuning.check(FakeAccount("ann", jobs=[GOOD]))
    assert result.passed
    assert result.message == "10 trials; the best is xgb-tuning-ann-1-003-0123abcd with validation:auc 0.9300"
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


DEFINITION = "TrainingJobDefinition"


def _trained(**changes: Any) -> dict[str, Any]:
    return {"ModelArtifacts": {"S3ModelArtifacts": MODEL}} | changes


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (FakeAccount("ann"), "no tuning job of ann was found"),
        (FakeAccount("ann", jobs=[GOOD], trained=None), "does not exist"),
        (FakeAccount("ann", jobs=[GOOD], trained={}), "wrote no model"),
        (FakeAccount("ann", jobs=[GOOD], objects={}), f"names its model at {MODEL}, where there is no object"),
        (FakeAccount("ann", jobs=[GOOD], objects={MODEL: b"x"}), f"{MODEL}, which is no gzipped tar archive"),
        (FakeAccount("ann", jobs=[GOOD], buckets={"sagemaker-ann": "lee"}), "is not in the student's bucket"),
        (
            FakeAccount("ann", jobs=[GOOD], trained=_trained(InputDataConfig=[{"S3Uri": "s3://sagemaker-lee/a"}])),
            "the best training job xgb-tuning-ann-1-003-0123abcd uses s3://sagemaker-lee/a, which is not in",
        ),
    ],
)
def test_what_is_not_there_or_elsewhere(account: FakeAccount, said: str) -> None:
    assert said in _said(account)


@pytest.mark.parametrize(
    ("student", "name", "owner", "said"),
    [
        ("ann", "xgb-tuning-ann-1", "ann-lee", "no tuning job of ann was found: xgb-tuning-ann-1 has the tag "),
        ("ann", "xgboost-tuning-ann-lee-20261127132600", "ann-lee", "no tuning job of ann was found"),
        ("lee", "xgboost-tuning-ann-lee-20261127132600", None, "no tuning job of lee was found"),
        ("ann", "xgb-joann-1", "joann", "no tuning job of ann was found"),
    ],
)
def test_a_job_of_another_student(student: str, name: str, owner: str | None, said: str) -> None:
    text = json.dumps(GOOD, default=str).replace("sagemaker-ann", "sagemaker-ann-lee")
    job = json.loads(text) | {"HyperParameterTuningJobName": name}
    buckets = dict.fromkeys(("sagemaker-ann", "sagemaker-lee", "sagemaker-ann-lee"))
    with pytest.raises(CheckFailed, match=re.escape(said)):
        tuning.check(FakeAccount(student, jobs=[job], owner=owner, buckets=buckets))


def test_an_untagged_job_of_any_name_counts_by_its_bucket() -> None:
    job = GOOD | {"HyperParameterTuningJobName": "sagemaker-xgboost-261127-1326"}
    assert tuning.check(FakeAccount("ann", jobs=[job], owner=None)).passed
    with pytest.raises(CheckFailed, match="no tuning job of lee was found"):
        tuning.check(FakeAccount("lee", jobs=[job], owner=None))


@pytest.mark.parametrize("member", ["InputDataConfig", "OutputDataConfig"])
def test_a_job_that_reads_or_writes_elsewhere(member: str) -> None:
    job = copy.deepcopy(GOOD)
    part = json.dumps(job[DEFINITION][member]).replace("sagemaker-ann", "sagemaker-lee")
    job[DEFINITION][member] = json.loads(part)
    account = FakeAccount("ann", jobs=[job], buckets={"sagemaker-ann": None, "sagemaker-lee": None})
    assert "xgb-tuning-ann-1 uses s3://sagemaker-lee/" in _said(account)
    account.buckets["sagemaker-lee"] = "ann"  # a bucket of another name, as the root variable bucket_name gives it
    assert tuning.check(FakeAccount("ann", jobs=[job], buckets=account.buckets)).passed
