"""The table of job kinds against botocore's model of the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from mlops.aws.errors import UserError
from mlops.aws.job_kinds import KINDS, PROCESSING, TRAINING, JobKind, find

MODEL = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
OPERATIONS = {xform_name(name): MODEL.operation_model(name) for name in MODEL.operation_names}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.word)
def test_a_kind_is_the_api_s(kind: JobKind) -> None:
    described = OPERATIONS[f"describe_{kind.operation}"]
    assert f"{kind.member}Name" in described.input_shape.required_members
    assert {f"{kind.member}Status", *kind.times} <= set(described.output_shape.members)
    assert f"{kind.member}Summaries" in OPERATIONS[f"list_{kind.operation}s"].output_shape.members
    assert OPERATIONS[f"stop_{kind.operation}"].input_shape.required_members == [f"{kind.member}Name"]
    assert kind.step in MODEL.shape_for("PipelineExecutionStepMetadata").members


class Described:
    """SageMaker with one processing job and no other."""

    def __init__(self, code: str = "ValidationException", message: str = "Could not find it") -> None:
        self._error = ClientError({"Error": {"Code": code, "Message": message}}, "Describe")

    def describe_processing_job(self, ProcessingJobName: str) -> dict[str, Any]:
        if ProcessingJobName == "p":
            return {"ProcessingJobStatus": "InProgress"}
        raise self._error

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        raise self._error

    describe_transform_job = describe_training_job


def test_a_job_is_found_by_its_name_alone() -> None:
    assert find(Described(), "p") == (PROCESSING, {"ProcessingJobStatus": "InProgress"})
    with pytest.raises(UserError, match="no training or transform or processing job is called 'x'"):
        find(Described(), "x")
    with pytest.raises(ClientError, match="AccessDenied"):
        find(Described("AccessDeniedException"), "p")


def test_the_seconds_of_a_job_are_those_of_its_work() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    times = {"TrainingStartTime": began, "TrainingEndTime": began + timedelta(seconds=90)}
    assert TRAINING.seconds(times) == 90.0
    assert TRAINING.seconds({"TrainingStartTime": began}) == 0.0
