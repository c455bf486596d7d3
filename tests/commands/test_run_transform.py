"""`mlops run transform` and `batch_transform.py` on a real local stack, with the models of the first apply."""

from __future__ import annotations

import io
import json
import re
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from published_requests import SAMPLE, bootstrap_model, publish_transform

from mlops.aws import transform_jobs
from mlops.aws.errors import UserError
from mlops.cli import main
from mlops.commands import run_transform
from mlops.commands.display.live import Live
from mlops.commands.transform import failure, request
from mlops.commands.transform.request import Changes
from mlops.entry import run_cli
from mlops.jobs.csv_rows import read_rows
from mlops.jobs.row_encoder import Encoder

PROJECT = Path(__file__).resolve().parents[2]
BOOTSTRAP = PROJECT / "rendered" / "bootstrap"


@pytest.fixture
def published(bucket: str, student: str) -> dict[str, Any]:
    """The rendered request, filled and published as Terraform does it, and rows under its input prefix."""
    return publish_transform(bucket, student)


@pytest.fixture
def model(bucket: str, student: str, sagemaker: Any, role_arn: str) -> str:
    """The model of the first apply: encoder, then XGBoost."""
    return bootstrap_model(bucket, student, sagemaker, role_arn)


def member(archive: str, name: str) -> bytes:
    with tarfile.open(BOOTSTRAP / archive) as packed:
        stream = packed.extractfile(name)
        assert stream
        return stream.read()


def expected_scores(rows: bytes) -> Any:
    """What the bare booster says of raw rows."""
    encoder = Encoder.from_json(member("encoder.tar.gz", "encoder.json").decode())
    booster = xgboost.Booster(model_file=bytearray(member("xgboost-default.tar.gz", "xgboost-model")))
    return booster.predict(xgboost.DMatrix(encoder.encode(read_rows(rows, encoder.names))))


@pytest.mark.usefixtures("published")
def test_raw_rows_get_the_bare_boosters_scores(
    student: str, bucket: str, model: str, sagemaker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_transform.main([student, model]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"batch-transform-{student}-\d{{8}}-\d{{6}}-\d{{3}}", lines[0])
    assert re.fullmatch(r"  Completed   1 of 1 objects  \d+ s", lines[-3])
    assert re.fullmatch(r"Completed: 1 objects, 200 rows in \d+ s", lines[-2])
    assert lines[-1] == f"s3://{bucket}/batch-output/{lines[0]}/"
    output = boto3.client("s3").get_object(Bucket=bucket, Key=f"batch-output/{lines[0]}/sample.csv.out")["Body"].read()
    found = np.array([float(line) for line in output.splitlines()])
    assert np.abs(found - expected_scores(SAMPLE)).max() < 1e-6
    arn = sagemaker.describe_transform_job(TransformJobName=lines[0])["TransformJobArn"]
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    assert tags == {"Project": "sagemaker-mlops", "StudentId": student}


@pytest.mark.usefixtures("published", "model")
def test_a_bad_row_is_shown_with_its_line(student: str, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = SAMPLE.decode().splitlines()
    lines[149] = lines[149].replace(lines[149].split(",")[0], "old", 1)
    boto3.client("s3").put_object(Bucket=bucket, Key="mixed/rows.csv", Body="\n".join(lines).encode())
    assert main(["run", "transform", student, "--input", "mixed/", "--concurrent", "2"]) == 1
    said = capsys.readouterr()
    first, second, *log = said.err.splitlines()
    assert first.startswith("Failed: ClientError: See job logs for more information. ")
    assert "answered 400: row 150, column 'age': 'old' is not a number" in first
    assert second == f"  s3://{bucket}/mixed/rows.csv, line 150: {lines[149]}"
    assert any("[sagemaker logs]" in line and "Message:" in line for line in log)
    name = said.out.splitlines()[0]
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"batch-output/{name}")

    # The same job again, by its name: nothing is started, and the end is told once more.
    assert main(["run", "transform", student, "--job", name]) == 1
    assert "line 150" in capsys.readouterr().err


@pytest.mark.usefixtures("published", "model")
def test_a_role_that_may_not_write_the_output(
    student: str, bucket: str, role_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/batch-output/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    role = role_arn.rpartition("/")[2]
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=document)
    assert main(["run", "transform", student]) == 1
    said = capsys.readouterr()
    name = said.out.splitlines()[0]
    output = f"{bucket}/batch-output/{name}/sample.csv.out"
    assert said.err.startswith(f"Failed: ClientError: Unable to upload object s3://{output} (AccessDenied: User: ")
    assert (
        f'is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::{output}" with an explicit' in said.err
    )
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix="batch-output/")


@pytest.mark.usefixtures("published", "model")
def test_rows_joined_without_waiting(
    student: str, bucket: str, sagemaker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--join", "--output-filter", "$[0,-1]", "--strategy", "MultiRecord", "--payload", "1", "--no-wait"]
    assert main(["run", "transform", student, *arguments]) == 0
    name = capsys.readouterr().out.strip()
    assert main(["run", "transform", student, "--job", name]) == 0
    described = sagemaker.describe_transform_job(TransformJobName=name)
    assert described["DataProcessing"] == {"JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    assert described["MaxPayloadInMB"] == 1
    body = boto3.client("s3").get_object(Bucket=bucket, Key=f"batch-output/{name}/sample.csv.out")["Body"].read()
    ages = [line.split(b",")[0] for line in SAMPLE.splitlines()]
    assert [line.split(b",")[0] for line in body.splitlines()] == ages


@pytest.mark.parametrize(
    ("said", "processing", "line"),
    [
        ("Expected 3 columns, got 2: a,b", {}, 6),
        ("Expected 3 columns, got 2: a,b", {"InputFilter": "$[1:]"}, None),  # the model does not see the file's rows
        ("row 2, column 'age': 'old' is not a number", {}, 5),
        ("no reason at all", {}, None),
    ],
)
def test_the_row_of_a_message_is_looked_for_in_its_request(
    said: str, processing: dict[str, str], line: int | None
) -> None:
    """A model that was trained before the encoder counted rows gives the CSV reader's message, without a row."""

    class S3:
        def get_object(self, **_: str) -> dict[str, Any]:
            body = b'1,2\n1,2,3\n\n1,"2,5",3\n1,2,3\na,b\n1,2\n'
            return {"Body": StreamingBody(io.BytesIO(body), len(body))}

    described = {"DataProcessing": processing, "FailureReason": "s3://b/k.csv, lines 4-7: answered 400"}
    log = [f"2026-11-23T22:39:04.533:[sagemaker logs]: b/k.csv: {said}"]
    found = failure.bad_row(S3(), transform_jobs.Job("j", "Failed", described), log)
    assert (found and found.line) == line


@pytest.mark.usefixtures("published", "model")
def test_a_bucket_that_goes_while_its_job_runs(
    student: str, bucket: str, sagemaker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job's own reason is shown, not that of the client's counting."""

    class S3:
        def get_paginator(self, _: str) -> Any:
            raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": ""}}, "ListObjectsV2")

    assert main(["run", "transform", student, "--no-wait"]) == 0
    out = io.StringIO()
    ended = run_transform.watch(sagemaker, S3(), capsys.readouterr().out.strip(), Live(out, 80))
    assert ended.status == "Completed"
    assert "? of ? objects" in out.getvalue()


def test_names_fit_and_hold_the_id() -> None:
    longest = "abcdefghij0123456789"
    name = request.job_name(longest, datetime(2026, 11, 23, 19, 46, 16, 5000, tzinfo=UTC))
    assert name == f"batch-transform-{longest}-20261123-194616-005"
    assert len(name) <= 63


def test_a_name_that_is_taken_is_made_anew() -> None:
    taken = ClientError({"Error": {"Code": "ResourceInUse", "Message": "taken"}}, "CreateTransformJob")

    class SageMaker:
        asked: list[str] = []  # noqa: RUF012 - of one test

        def create_transform_job(self, TransformJobName: str) -> None:
            self.asked.append(TransformJobName)
            if len(self.asked) < 3:
                raise taken

    names = iter(["a", "b", "c"])
    assert transform_jobs.start(SageMaker(), lambda name: {"TransformJobName": name}, lambda: next(names)) == "c"
    with pytest.raises(UserError, match="did not start: taken"):
        transform_jobs.start(_Always(taken), lambda name: {"TransformJobName": name}, lambda: "a", pause=lambda _: None)


class _Always:
    def __init__(self, error: ClientError) -> None:
        self._error = error

    def create_transform_job(self, **_: str) -> None:
        raise self._error


def test_changes_reach_the_request(published: dict[str, Any], bucket: str) -> None:
    base = {**published, "DataProcessing": {"JoinSource": "Input"}}
    changes = Changes(
        model="m", source="s3://other/in/", target="out/", instance_type="ml.c5.large", strategy="SingleRecord",
        payload_mb=3, concurrent=2, join=False, input_filter="$[1:]", output_filter="$[0]",
    )  # fmt: skip
    made = request.build(base, changes, bucket, "job-1")
    assert made["ModelName"] == "m"
    assert made["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://other/in/"
    assert made["TransformOutput"]["S3OutputPath"] == f"s3://{bucket}/out/job-1"
    assert made["TransformResources"] == {"InstanceCount": 1, "InstanceType": "ml.c5.large"}
    assert (made["BatchStrategy"], made["MaxPayloadInMB"], made["MaxConcurrentTransforms"]) == ("SingleRecord", 3, 2)
    assert made["DataProcessing"] == {"JoinSource": "None", "InputFilter": "$[1:]", "OutputFilter": "$[0]"}
    assert request.build(published, Changes(), bucket, "job-1") == {
        **published,
        "TransformJobName": "job-1",
        "TransformOutput": {**published["TransformOutput"], "S3OutputPath": f"s3://{bucket}/batch-output/job-1"},
    }


@pytest.mark.usefixtures("nowhere")
def test_without_credentials(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_cli("batch_transform.py", lambda: run_transform.main([student, "m", "--region", "us-east-1"]))
    assert code == 2
    assert capsys.readouterr().err.startswith("batch_transform.py: no AWS credentials")
