"""Names for every length of student id: AWS takes them, they hold the id, and two of one second do not collide."""

from __future__ import annotations

import random
import re
import string
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from published_requests import bootstrap_model, publish_transform, publish_tuning, tuning_requests

from mlops.aws import names
from mlops.aws.tuning_names import job_name
from mlops.commands.transform import request

NOW = datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


def student_ids(length: int) -> list[str]:
    """Ids of a length: as many hyphens as may be, digits, and random ones."""
    chance = random.Random(length)
    alternating = "".join("a" if place % 2 == 0 or place == length - 1 else "-" for place in range(length))
    found = [alternating, "9" * length, "a" + "1" * (length - 2) + "z"]
    for _ in range(50):
        letters = [chance.choice(string.ascii_lowercase + string.digits) for _ in range(length)]
        for place in range(1, length - 1):
            if letters[place - 1] != "-" and chance.random() < 0.3:
                letters[place] = "-"
        found.append("".join(letters))
    return [names.check_student_id(each) for each in found]


def rule(operation: str, member: str) -> tuple[re.Pattern[str], int]:
    """AWS's pattern and greatest length for a member of a request."""
    shape = botocore.session.get_session().get_service_model("sagemaker").operation_model(operation).input_shape
    assert shape
    told = shape.members[member].metadata
    return re.compile(told["pattern"]), told["max"]


RULES = {
    "HyperParameterTuningJobName": rule("CreateHyperParameterTuningJob", "HyperParameterTuningJobName"),
    "TrainingJobName": rule("CreateTrainingJob", "TrainingJobName"),
    "ProcessingJobName": rule("CreateProcessingJob", "ProcessingJobName"),
    "TransformJobName": rule("CreateTransformJob", "TransformJobName"),
    "ModelName": rule("CreateModel", "ModelName"),
}


def made(student: str, moment: datetime) -> dict[str, list[str]]:
    """The names that the client and Terraform make at a moment."""
    tuning = [job_name(student, moment, attempt) for attempt in range(3)]
    scheduled = f"batch-transform-{student}-d32c5kddcf5bb8c3"  # Scheduler's id, as its documentation shows one
    return {
        "HyperParameterTuningJobName": tuning,
        "TrainingJobName": [f"{name}-750-0123abcd" for name in tuning],
        "ProcessingJobName": [f"{tuning[1]}-splits"],
        "TransformJobName": [request.job_name(student, moment), scheduled],
        "ModelName": [f"xgboost-model-{student}"],
    }


@pytest.mark.parametrize("length", range(3, 21))
def test_aws_takes_them_and_they_hold_the_id(length: int) -> None:
    for student in student_ids(length):
        for member, all_names in made(student, NOW).items():
            pattern, longest = RULES[member]
            for name in all_names:
                assert pattern.fullmatch(name), f"{member} {name}"
                assert len(name) <= longest, f"{member} {name}"
                assert f"-{student}-" in f"{name}-"


@pytest.mark.parametrize("length", range(3, 21))
def test_later_attempts_and_milliseconds_have_other_names(length: int) -> None:
    student = "s" * length
    moments = [NOW + timedelta(milliseconds=offset) for offset in range(50)]
    assert len({request.job_name(student, moment) for moment in moments}) == 50
    assert len({job_name(student, moment, attempt=1) for moment in moments}) == 50
    assert len({job_name(student, NOW, attempt) for attempt in range(5)}) == 5


def started(stack: dict[str, str], *arguments: str) -> list[str]:
    """The names of the jobs that four clients start at once."""
    command = [str(Path(sys.executable).with_name("mlops")), "run", *arguments, "--no-wait"]
    clients = [
        subprocess.Popen(command, env=stack, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [client.communicate(timeout=60) for client in clients]
    assert [client.returncode for client in clients] == [0] * 4, answers
    return [out.splitlines()[-1] for out, _ in answers]


@pytest.mark.full
@pytest.mark.slow
def test_clients_that_start_at_once_do_not_collide(
    stack: dict[str, str], bucket: str, student: str, sagemaker: Any, role_arn: str
) -> None:
    publish_transform(bucket, student)
    bootstrap_model(bucket, student, sagemaker, role_arn)
    transforms = started(stack, "transform", student)
    assert len(set(transforms)) == 4

    document = tuning_requests(bucket, role_arn)
    document["request"]["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] = 2
    publish_tuning(bucket, student, document)
    first = started(stack, "tuning", student)  # each finds that there are no splits yet, and prepares them
    tunings = first + started(stack, "tuning", student)
    assert len(set(tunings)) == 8
    deadline = time.monotonic() + 60
    for name in tunings:
        while (job := sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name))[
            "HyperParameterTuningJobStatus"
        ] == "InProgress":
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
