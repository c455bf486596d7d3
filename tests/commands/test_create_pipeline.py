"""create_pipeline.py: what it makes on the stack, and each mistake's message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from small_pipelines import fail_definition

from mlops.commands.create_pipeline import main
from mlops.entry import run_cli

ROLE = "arn:aws:iam::123456789012:role/somebody"


def run(*arguments: str) -> int:
    return run_cli("create_pipeline.py", lambda: main(arguments))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def definition(bucket: str, student: str) -> str:
    text = fail_definition("no reason") + "\n"  # Terraform's text is kept to the last byte
    boto3.client("s3").put_object(Bucket=bucket, Key=f"definitions/MLPipeline-{student}.json", Body=text.encode())
    return text


def test_it_creates_the_pipeline_and_saves_its_name_and_arn(
    definition: str, student: str, role_arn: str, sagemaker: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(student, role_arn) == 0
    name = f"MLPipeline-{student}"
    described = sagemaker.describe_pipeline(PipelineName=name)
    assert described["PipelineDefinition"] == definition
    assert described["RoleArn"] == role_arn
    assert json.loads((tmp_path / "build" / f"{name}.json").read_text()) == {
        "arn": described["PipelineArn"],
        "name": name,
    }
    assert capsys.readouterr().out.splitlines()[:2] == [f"created {name}", described["PipelineArn"]]


def test_it_updates_only_what_differs(
    definition: str, student: str, role_arn: str, sagemaker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"MLPipeline-{student}"
    sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDisplayName="By-Terraform",
        PipelineDescription="kept",
        PipelineDefinition=fail_definition("old"),
        RoleArn=role_arn,
        ClientRequestToken="x" * 32,
    )
    assert run(student, role_arn) == 0
    assert capsys.readouterr().out.startswith("updated")
    described = sagemaker.describe_pipeline(PipelineName=name)
    assert described["PipelineDefinition"] == definition
    assert (described["PipelineDisplayName"], described["PipelineDescription"]) == ("By-Terraform", "kept")
    assert run(student, role_arn) == 0
    assert capsys.readouterr().out.startswith("unchanged")
    assert sagemaker.describe_pipeline(PipelineName=name)["LastModifiedTime"] == described["LastModifiedTime"]


@pytest.mark.parametrize("student_id", ["Jane", "ab", "a--b", "-abc", "x" * 21, "jané"])
def test_a_student_id_that_breaks_the_rule(student_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--", student_id, ROLE) == 2
    error = capsys.readouterr().err
    assert error == (
        f"create_pipeline.py: student id {student_id!r} is not usable: 3 to 20 lower-case letters and digits, "
        "with single hyphens only between them, e.g. jane-doe7\n"
    )


def test_a_role_that_is_no_arn(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("jane", "MyRole") == 2
    assert capsys.readouterr().err == (
        "create_pipeline.py: role 'MyRole' is not the ARN of an IAM role (arn:aws:iam::123456789012:role/name): "
        "take it from `terraform output -raw pipeline_role_arn`\n"
    )


@pytest.mark.usefixtures("stack")
def test_no_bucket(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nobody", ROLE) == 1
    assert capsys.readouterr().err == (
        "create_pipeline.py: no bucket at s3://sagemaker-nobody/definitions/MLPipeline-nobody.json: "
        "run `terraform apply` first; a bucket of another name is given with --bucket\n"
    )


def test_no_definition(bucket: str, student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(student, ROLE) == 1
    assert f"no definition at s3://{bucket}/definitions/MLPipeline-{student}.json" in capsys.readouterr().err


def test_a_bucket_of_another_name(
    definition: str, bucket: str, student: str, role_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = f"{bucket}-elsewhere"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=other, Key=f"definitions/MLPipeline-{student}.json", Body=definition.encode())
    assert run(student, role_arn, "--bucket", other) == 0


def test_a_definition_that_is_not_json(bucket: str, student: str, capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("s3").put_object(Bucket=bucket, Key=f"definitions/MLPipeline-{student}.json", Body=b"${bucket}")
    assert run(student, ROLE) == 1
    error = capsys.readouterr().err
    assert "is not JSON" in error
    assert "run `terraform apply` to publish it again" in error


@pytest.mark.usefixtures("definition")
def test_a_role_that_does_not_exist(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(student, ROLE) == 1
    assert capsys.readouterr().err == (
        f"create_pipeline.py: the role {ROLE} does not exist: take it from `terraform output -raw pipeline_role_arn`\n"
    )


@pytest.mark.usefixtures("definition")
def test_a_role_that_sagemaker_may_not_assume(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = boto3.client("iam").create_role(RoleName=f"{student}-ec2", AssumeRolePolicyDocument=policy)["Role"]
    assert run(student, role["Arn"]) == 1
    assert "does not let sagemaker.amazonaws.com assume it" in capsys.readouterr().err


@pytest.mark.usefixtures("nowhere")
class TestNobodyAnswers:
    def test_no_region(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("jane", ROLE) == 2
        assert "no AWS region: pass --region, or set AWS_REGION" in capsys.readouterr().err

    def test_no_credentials(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("jane", ROLE, "--region", "us-east-1") == 2
        error = capsys.readouterr().err
        assert error.startswith("create_pipeline.py: no AWS credentials: set a profile or AWS_ACCESS_KEY_ID")
        assert 'eval "$(localaws env)"' in error

    def test_the_endpoint_is_down(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        for name, value in {
            "ACCESS_KEY_ID": "a",
            "SECRET_ACCESS_KEY": "b",
            "ENDPOINT_URL": "http://127.0.0.1:9",
        }.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        assert run("jane", ROLE, "--region", "us-east-1") == 2
        error = capsys.readouterr().err
        assert "nobody answers" in error
        assert "http://127.0.0.1:9" in error
        assert "localaws status" in error
        assert error.count("\n") == 1

    def test_an_unknown_profile(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("AWS_PROFILE", "prod")
        assert run("jane", ROLE, "--region", "us-east-1") == 2
        assert "prod" in (error := capsys.readouterr().err)
        assert "unset AWS_PROFILE" in error


@pytest.mark.usefixtures("stack")
def test_keys_that_the_account_does_not_know(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    assert run("jane", ROLE) == 2
    assert "the AWS credentials are not valid here" in capsys.readouterr().err
