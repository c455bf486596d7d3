"""What a mistake in the call of `mlops run transform` says, before a job is there."""

from __future__ import annotations

from typing import Any

import pytest
from published_requests import bootstrap_model, publish_transform

from mlops.cli import main


@pytest.fixture
def published(bucket: str, student: str) -> dict[str, Any]:
    """The rendered request, filled and published as Terraform does it, and rows under its input prefix."""
    return publish_transform(bucket, student)


@pytest.fixture
def model(bucket: str, student: str, sagemaker: Any, role_arn: str) -> str:
    """The model of the first apply: encoder, then XGBoost."""
    return bootstrap_model(bucket, student, sagemaker, role_arn)


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and the one line on standard error of `mlops run transform`."""
    code = main(["run", "transform", *arguments])
    return code, capsys.readouterr().err.strip()


def test_mistakes_before_a_job_is_there(
    student: str, bucket: str, published: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert said_by(capsys, student) == (
        1,
        f'mlops: the transform job did not start: Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/'
        f'xgboost-model-{student}". `aws sagemaker list-models` lists the models; `terraform apply` makes the default '
        "one.",
    )
    code, said = said_by(capsys, student, "--input", "nothing")
    assert (code, said.startswith(f"mlops: there is nothing to transform under s3://{bucket}/nothing: put CSV")) == (
        1,
        True,
    )
    code, said = said_by(capsys, student, "--bucket", "nobodys-bucket")
    assert code == 1
    assert "no bucket at s3://nobodys-bucket/definitions/" in said
    assert said_by(capsys, student, "--job", "nobodys-job") == (
        1,
        "mlops: no transform job 'nobodys-job': `aws sagemaker list-transform-jobs` lists them",
    )
    code, said = said_by(capsys, student, "--job", "x", "--join")
    assert (code, said) == (2, "mlops: --job watches a job that runs: it takes no --join")
    code, said = said_by(capsys, student, "--input", "https://example.com/rows.csv")
    assert (code, "is not in S3" in said) == (2, True)
    code, said = said_by(capsys, "Jane!")
    assert (code, "student id 'Jane!' is not usable" in said) == (2, True)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--input", ""], 2, "'' is no prefix: name one, such as data/batch-input/today/"),
        (["--output", ""], 2, "'' is no prefix"),
        (["--output", "/"], 2, "'/' is no prefix"),
        (["--input", "s3://nosuchbucket/in/"], 1, "there is no bucket 'nosuchbucket': name another with --input"),
        (["--output", "s3://nosuchbucket/"], 1, "there is no bucket 'nosuchbucket': name another with --output"),
        (["--payload", "50", "--concurrent", "5"], 2, "5 requests at a time of 50 MB are 250 MB, and SageMaker holds"),
    ],
)
def test_arguments_that_cannot_be(
    student: str, sagemaker: Any, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said_by(capsys, student, *arguments)
    assert (found[0], found[1].startswith(f"mlops: {said}")) == (code, True), found[1]
    assert not sagemaker.list_transform_jobs(NameContains=f"{student}-")["TransformJobSummaries"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--payload", "abc"], "argument --payload: 'abc' is not a whole number from 1 to 100"),
        (["--payload", "101"], "argument --payload: '101' is not a whole number from 1 to 100"),
        (["--concurrent", "0"], "argument --concurrent: '0' is not a whole number, 1 or more"),
        (["--instance-type", "ml.foo"], "'ml.foo' is not an instance type of SageMaker, such as ml.m5.large"),
    ],
)
def test_arguments_that_are_no_values(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "transform", "ann", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("published", "model")
def test_an_instance_type_that_there_is_not(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = said_by(capsys, student, "--instance-type", "ml.foo.large")
    assert code == 1
    assert "ml.foo.large" in said
    assert said.count("ml.") < 12
    assert len(said) < 500
