"""What a user reads when her data or hyperparameters are wrong, and that nothing half-written is left.

Each case runs the real client on a local stack; what it says stands on standard error, and the exit code is 1.
"""

from __future__ import annotations

import io
import tarfile
from typing import Any

import boto3
import pytest
from published_requests import SAMPLE, bootstrap_model, publish_transform, publish_tuning, tuning_requests

from mlops.cli import main


@pytest.fixture
def transforms(bucket: str, student: str, sagemaker: Any, role_arn: str) -> None:
    """A student with a model and a published transform request."""
    publish_transform(bucket, student)
    bootstrap_model(bucket, student, sagemaker, role_arn)


@pytest.fixture
def tunes(bucket: str, student: str, role_arn: str) -> dict[str, Any]:
    """The tuning requests to break; `refused` publishes them."""
    return tuning_requests(bucket, role_arn)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines on standard error of `mlops run …`, which must end with exit code 1."""
    capsys.readouterr()
    assert main(["run", *arguments]) == 1
    return capsys.readouterr().err.splitlines()


def keys(bucket: str, prefix: str) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in listed.get("Contents", [])]


@pytest.mark.usefixtures("transforms")
def test_a_malformed_row_among_a_thousand(student: str, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (SAMPLE * 5).decode().splitlines()
    lines[733] = "old" + lines[733][lines[733].index(",") :]
    boto3.client("s3").put_object(Bucket=bucket, Key="mixed/rows.csv", Body="\n".join(lines).encode())
    first, second, *_ = refused(capsys, "transform", student, "--input", "mixed/")
    assert first.startswith("Failed: ClientError: See job logs for more information. ")
    assert first.endswith("answered 400: row 734, column 'age': 'old' is not a number")
    assert second == f"  s3://{bucket}/mixed/rows.csv, line 734: {lines[733]}"
    assert keys(bucket, "batch-output") == []


@pytest.mark.usefixtures("transforms")
def test_a_row_of_too_few_values_among_a_thousand(
    student: str, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (SAMPLE * 5).decode().splitlines()
    body = "\n".join([*lines[:500], "a,b", *lines[500:]]).encode()
    boto3.client("s3").put_object(Bucket=bucket, Key="mixed/rows.csv", Body=body)
    first, second, *_ = refused(capsys, "transform", student, "--input", "mixed/")
    assert "answered 400: rows must be UTF-8 with 13 values each, age, " in first
    assert first.endswith(": row 501 has 2: 'a,b'")
    assert second == f"  s3://{bucket}/mixed/rows.csv, line 501: a,b"
    assert keys(bucket, "batch-output") == []


@pytest.mark.usefixtures("transforms")
def test_an_empty_line_among_rows_and_at_the_end(student: str, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Among rows it would put the answers beside the wrong ones; at the end a joined output cannot have it."""
    row = SAMPLE.decode().splitlines()[0]
    boto3.client("s3").put_object(Bucket=bucket, Key="mixed/rows.csv", Body=f"{row}\n{row}\n\n{row}\n".encode())
    first, second, *_ = refused(capsys, "transform", student, "--input", "mixed/")
    assert first.endswith(": row 3 is empty")
    assert second.rstrip() == f"  s3://{bucket}/mixed/rows.csv, line 3:"
    boto3.client("s3").put_object(Bucket=bucket, Key="mixed/rows.csv", Body=f"{row}\n{row}\n\n".encode())
    first, *_ = refused(capsys, "transform", student, "--input", "mixed/", "--join")
    assert "the model answered 3 records with 2, so that they cannot be matched" in first
    assert keys(bucket, "batch-output") == []


@pytest.mark.usefixtures("transforms")
def test_a_record_larger_than_the_payload(student: str, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = SAMPLE + b"9" * 2**20 + b"\n" + SAMPLE
    boto3.client("s3").put_object(Bucket=bucket, Key="long/rows.csv", Body=rows)
    first, *_ = refused(capsys, "transform", student, "--input", "long/", "--payload", "1")
    assert first == (
        f"Failed: ClientError: See job logs for more information. s3://{bucket}/long/rows.csv: the record on line 201 "
        "is larger than the payload limit of 1 MB (raise MaxPayloadInMB (at most 100))"
    )
    assert keys(bucket, "batch-output") == []


@pytest.mark.parametrize(
    ("static", "said"),
    [
        ({"bogus": "1"}, "Extraneous hyperparameter found: bogus"),
        ({"gamma": "-1"}, "Hyperparameter gamma: -1.0 is not in [0, +inf)"),
    ],
    ids=["unknown", "out of range"],
)
def test_hyperparameters_that_the_container_refuses(
    static: dict[str, str],
    said: str,
    student: str,
    bucket: str,
    tunes: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tunes["request"]["TrainingJobDefinition"]["StaticHyperParameters"] |= static
    publish_tuning(bucket, student, tunes)
    first, second, third = refused(capsys, "tuning", student)
    assert first.startswith("Failed: All training jobs failed.")
    assert said in second
    assert third.startswith("  its log: mlops logs ")
    assert keys(bucket, "tuning/models") == []


def test_a_range_that_goes_beyond_the_containers(
    student: str, bucket: str, tunes: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    ranges = tunes["request"]["HyperParameterTuningJobConfig"]["ParameterRanges"]
    (subsample,) = (each for each in ranges["ContinuousParameterRanges"] if each["Name"] == "subsample")
    subsample |= {"MinValue": "1.5", "MaxValue": "2"}
    publish_tuning(bucket, student, tunes)
    first, second, _ = refused(capsys, "tuning", student)
    assert first.startswith("Failed: All training jobs failed.")
    assert "Hyperparameter subsample: 1." in second
    assert keys(bucket, "tuning/models") == []


def test_an_objective_that_no_trial_emits(
    student: str, bucket: str, tunes: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """A training script that never prints what the metric's regular expression looks for."""
    packed, script = io.BytesIO(), b"print('done')\n"
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("train.py")
        member.size = len(script)
        archive.addfile(member, io.BytesIO(script))
    boto3.client("s3").put_object(Bucket=bucket, Key="quiet.tar.gz", Body=packed.getvalue())
    training = tunes["request"]["TrainingJobDefinition"]
    training["EnableNetworkIsolation"] = False
    training["StaticHyperParameters"] = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": f'"s3://{bucket}/quiet.tar.gz"',
    }
    training["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "score", "Regex": "score=([0-9.]+)"}]
    objective = tunes["request"]["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    objective["MetricName"] = "score"
    publish_tuning(bucket, student, tunes)
    first, *_ = refused(capsys, "tuning", student)
    assert first.startswith("Failed: No objective metrics found after running")
