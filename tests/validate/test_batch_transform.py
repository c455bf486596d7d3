"""Task 3 on the local stack: a transform job counts only with its own predictions, a line for each row."""

from __future__ import annotations

import io
import json
import tarfile
import time
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed
from mlops.validate.tasks import batch_transform

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
ROWS = b"0.1,0.2\n0.3,0.4\n0.5,0.6\n"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture
def bucket(student: str) -> str:
    """A bucket with rows to transform."""
    name = f"sagemaker-{student}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="data/batch-input/rows.csv", Body=ROWS)
    return name


@pytest.fixture
def model(student: str, bucket: str, sagemaker: Any, role_arn: str) -> str:
    """The student's model, which really predicts."""
    iam = boto3.client("iam")
    iam.put_role_policy(RoleName=role_arn.rsplit("/", 1)[1], PolicyName="s3", PolicyDocument=json.dumps(ALLOW))
    data = np.random.default_rng(0).normal(size=(50, 2))
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(data, label=data[:, 0] > 0), 2)
    content, packed = bytes(booster.save_raw("ubj")), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("xgboost-model")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    boto3.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=packed.getvalue())
    for name in (f"xgboost-model-{student}", f"other-{student}"):
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role_arn, PrimaryContainer=container)
    return f"xgboost-model-{student}"


def transform(sagemaker: Any, student: str, bucket: str, **changes: Any) -> None:
    """Run a job to its end; `source`, `target` and `split` change its data."""
    name = f"batch-transform-{student}-{time.time_ns()}"
    source = changes.pop("source", "data/batch-input/")
    output_bucket = changes.pop("output_bucket", bucket)
    target = changes.pop("target", f"batch-output/{name}")
    data = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{source}"}
    sagemaker.create_transform_job(
        **{
            "TransformJobName": name,
            "ModelName": f"xgboost-model-{student}",
            "TransformInput": {
                "DataSource": {"S3DataSource": data},
                "ContentType": "text/csv",
                "SplitType": changes.pop("split", "Line"),
            },
            "TransformOutput": {
                "S3OutputPath": f"s3://{output_bucket}/{target}",
                "AssembleWith": "Line",
                "Accept": "text/csv",
            },
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **changes,
        }
    )
    end = time.monotonic() + 60
    while sagemaker.describe_transform_job(TransformJobName=name)["TransformJobStatus"] == "InProgress":
        assert time.monotonic() < end
        time.sleep(0.1)


def miss(student: str) -> str:
    with pytest.raises(CheckFailed) as caught:
        batch_transform.check(Account(student))
    assert caught.value.result.remedy == f"python python/batch_transform.py {student} xgboost-model-{student}"
    return caught.value.result.message


def test_no_job(student: str) -> None:
    assert miss(student) == f"no transform job of {student} was found"


def test_a_job_with_its_predictions(student: str, bucket: str, model: str, sagemaker: Any) -> None:
    transform(sagemaker, student, bucket)
    found = batch_transform.check(Account(student))
    assert found.passed
    assert found.message.startswith(f"predictions are in s3://{bucket}/batch-output/batch-transform-{student}-")


def test_jobs_that_nearly_do_it(student: str, bucket: str, model: str, sagemaker: Any) -> None:
    transform(sagemaker, student, bucket, source="data/batch-input/none")
    assert "the transform job is Failed: ClientError: No S3 objects found" in miss(student)
    transform(sagemaker, student, bucket, ModelName=f"other-{student}")
    assert miss(student) == f"the transform job uses the model other-{student}, not {model}"
    transform(sagemaker, student, bucket, split="None")
    assert miss(student) == "the transform job does not split and assemble by line"
    transform(sagemaker, student, bucket, target="elsewhere")
    assert miss(student) == f"the transform job writes to s3://{bucket}/elsewhere, not under batch-output/"
    transform(sagemaker, student, bucket, target="batch-outputs")
    assert miss(student) == f"the transform job writes to s3://{bucket}/batch-outputs, not under batch-output/"
    for key in ("rows.csv", "data/batch-input-fake/rows.csv"):
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=ROWS)
        transform(sagemaker, student, bucket, source=key)
        assert miss(student) == f"the transform job reads s3://{bucket}/{key}, not what lies under data/batch-input/"
    other = f"other-{student}"
    boto3.client("s3").create_bucket(Bucket=other)
    boto3.client("s3").put_object(Bucket=other, Key="data/batch-input/rows.csv", Body=ROWS)
    transform(sagemaker, student, other, output_bucket=bucket, target="batch-output")
    assert miss(student).endswith(
        f" uses s3://{other}/data/batch-input/, which is not in the student's bucket sagemaker-{student}"
    )
    transform(sagemaker, student, bucket, output_bucket=other, target="batch-output")
    assert f" uses s3://{other}/batch-output, which is not in the student's bucket" in miss(student)
    # Terraform's bucket may have another name, and is known by its tag.
    owner = {"TagSet": [{"Key": "StudentId", "Value": student}]}
    boto3.client("s3").put_bucket_tagging(Bucket=other, Tagging=owner)
    assert batch_transform.check(Account(student)).passed


def test_predictions_that_are_gone_or_too_few(student: str, bucket: str, model: str, sagemaker: Any) -> None:
    s3 = boto3.client("s3")
    transform(sagemaker, student, bucket, target="batch-output/a")
    s3.put_object(Bucket=bucket, Key="batch-output/a/rows.csv.out", Body=b"0.5\n")
    assert miss(student) == "data/batch-input/rows.csv has 3 rows, and batch-output/a/rows.csv.out 1 predictions"
    s3.put_object(Bucket=bucket, Key="batch-output/a/other.csv.out", Body=b"0.5\n")
    s3.delete_object(Bucket=bucket, Key="batch-output/a/rows.csv.out")
    assert miss(student) == "data/batch-input/rows.csv has no predictions: there is no batch-output/a/rows.csv.out"
    s3.delete_object(Bucket=bucket, Key="batch-output/a/other.csv.out")
    assert miss(student) == f"there are no predictions under s3://{bucket}/batch-output/a/"
    s3.put_object(Bucket=bucket, Key="batch-output/a/rows.csv.out", Body=b"0.5\n0.1\ngarbage\n")
    assert miss(student) == "batch-output/a/rows.csv.out has a line that is no prediction: 'garbage'"
    s3.put_object(Bucket=bucket, Key="batch-output/a/rows.csv.out", Body=b"0.1,0.2,0.5\n{}\n1e-3\n")
    assert batch_transform.check(Account(student)).passed


def test_empty_objects_and_blank_lines_need_no_predictions(
    student: str, bucket: str, model: str, sagemaker: Any
) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key="data/batch-input/_SUCCESS", Body=b"")
    s3.put_object(Bucket=bucket, Key="data/batch-input/blank.csv", Body=ROWS + b"\n")
    time.sleep(1)  # S3 tells whole seconds
    transform(sagemaker, student, bucket)
    assert batch_transform.check(Account(student)).passed


@pytest.mark.slow
def test_an_input_that_was_replaced_after_the_job(student: str, bucket: str, model: str, sagemaker: Any) -> None:
    s3 = boto3.client("s3")
    transform(sagemaker, student, bucket, target="batch-output/a")
    time.sleep(1.1)
    s3.put_object(Bucket=bucket, Key="data/batch-input/later.csv", Body=ROWS)
    assert batch_transform.check(Account(student)).passed, "what was added later was not there to be predicted"
    s3.put_object(Bucket=bucket, Key="data/batch-input/rows.csv", Body=ROWS * 100)
    assert miss(student) == "data/batch-input/rows.csv was replaced after the transform job read it: run another"
    s3.delete_object(Bucket=bucket, Key="data/batch-input/rows.csv")
    assert "is gone: run another" in miss(student)

    # Where the bucket keeps versions, the one that the job read counts.
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="data/batch-input/rows.csv", Body=ROWS)
    time.sleep(1.1)
    transform(sagemaker, student, bucket, target="batch-output/b")
    time.sleep(1.1)
    s3.put_object(Bucket=bucket, Key="data/batch-input/rows.csv", Body=ROWS * 100)
    assert batch_transform.check(Account(student)).passed
    s3.delete_object(Bucket=bucket, Key="data/batch-input/rows.csv")
    assert batch_transform.check(Account(student)).passed
