"""The roles of a student in a shared account, and what belongs to students whose ids begin with the same letters."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from mlops.aws.tuning_names import job_name
from mlops.commands.transform import request

ROOT = json.loads((Path(__file__).parent / "golden" / "root.json").read_text(encoding="utf-8"))
# The student of the committed plan, and others whose ids begin with that one or are one of its beginnings.
STUDENT = "jane-doe7"
OTHERS = ["jane-doe7-lee", "jane-doe7-a1b", "jane-doe7x", "jane-doe", "jane"]
NOW = datetime(2026, 11, 27, 21, 43, 43, 123_000, tzinfo=UTC)


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-1:123456789012:{resource}"


def _statements() -> list[dict[str, Any]]:
    """The statements of every role's inline policies."""
    return [
        statement
        for address, values in ROOT.items()
        # An endpoint's ARN is known after the apply only, and so is the policy that names it.
        if ".aws_iam_role_policy." in address and "endpoint_lifetime" not in address
        for statement in values["policy"]["Statement"]
    ]


def _allowing(arn: str) -> list[str]:
    """The sids of the statements, without those that name every resource, whose resources match `arn`."""
    matching = []
    for statement in _statements():
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        if any(resource != "*" and fnmatchcase(arn, resource) for resource in resources):
            matching.append(statement["Sid"])
    return matching


def _jobs(student: str) -> dict[str, list[str]]:
    """What a student's jobs are called: kind of job → names."""
    execution = "a1b2c3d4e5f6-Ab3dEf6hIj"
    return {
        "processing-job": [f"mlops-{student}--prep-{execution}", f"mlops-{student}--eval-{execution}"],
        "training-job": [f"mlops-{student}--train-{execution}"],
    }


@pytest.mark.parametrize("kind", ["processing-job", "training-job"])
def test_jobs_are_the_students_own(kind: str) -> None:
    for name in _jobs(STUDENT)[kind]:
        assert _allowing(_arn("sagemaker", f"{kind}/{name}")) == ["RunJobs", "TagWhatItMakes"]
    for other in OTHERS:
        for name in _jobs(other)[kind]:
            assert _allowing(_arn("sagemaker", f"{kind}/{name}")) == [], name
    assert _allowing(_arn("sagemaker", f"{kind}/pipelines-a1b2c3d4e5f6-PreprocessData-Ab3dEf6hIj")) == []


def _streams(student: str) -> dict[str, list[str]]:
    """Where a student's jobs and endpoints write their logs: log group → streams."""
    trained = [f"{job_name(student, NOW, attempt)}-001-3708e193" for attempt in (0, 1)]
    transformed = [request.job_name(student, NOW), f"batch-transform-{student}--d32c5kddcf5bb8c3"]
    return {
        "ProcessingJobs": [*_jobs(student)["processing-job"], job_name(student, NOW, 1) + "-splits"],
        "TrainingJobs": [*_jobs(student)["training-job"], *trained],
        "TransformJobs": transformed,
        f"Endpoints/xgboost-endpoint-{student}": ["AllTraffic"],
        f"Endpoints/multi-model-endpoint-{student}": ["AllTraffic"],
    }


def _log_arns(student: str) -> list[str]:
    return [
        _arn("logs", f"log-group:/aws/sagemaker/{group}:log-stream:{stream}/i-0a1b-1764279823")
        for group, streams in _streams(student).items()
        for stream in streams
    ]


def test_logs_are_the_students_own() -> None:
    for arn in _log_arns(STUDENT):
        assert _allowing(arn) == ["CreateLogs", "WriteLogs"], arn
    for other in OTHERS:
        for arn in _log_arns(other):
            assert _allowing(arn) == [], arn


def test_alarms_are_those_of_the_students_endpoint() -> None:
    for name in ("errors-5xx", "latency"):
        assert _allowing(_arn("cloudwatch", f"alarm:xgboost-endpoint-{STUDENT}-{name}")) == ["ReadRollbackAlarms"]
        for other in OTHERS:
            assert _allowing(_arn("cloudwatch", f"alarm:xgboost-endpoint-{other}-{name}")) == []
