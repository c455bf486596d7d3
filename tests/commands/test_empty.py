"""`mlops empty`: everything that blocks a destroy goes, and nothing without a yes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import boto3
import pytest
from small_pipelines import processing_definition

from mlops.cli import main
from mlops.commands import empty

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
MODEL = Path(__file__).resolve().parents[2] / "rendered" / "bootstrap" / "xgboost-shallow.tar.gz"


@pytest.fixture
def full(bucket: str, student: str, sagemaker: Any) -> str:
    """A bucket with versions, a delete marker and an unfinished upload, and a group with two versions."""
    s3 = boto3.client("s3")
    for body in (b"old", b"new"):
        s3.put_object(Bucket=bucket, Key="data/a.csv", Body=body)
    s3.put_object(Bucket=bucket, Key="data/b.csv", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="data/b.csv")
    s3.create_multipart_upload(Bucket=bucket, Key="data/huge.csv")
    group = f"xgboost-models-{student}"
    sagemaker.create_model_package_group(ModelPackageGroupName=group)
    for _ in range(2):
        sagemaker.create_model_package(
            ModelPackageGroupName=group,
            ModelApprovalStatus="Approved",
            InferenceSpecification={
                "Containers": [{"Image": IMAGE}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )
    return group


def test_it_deletes_versions_markers_uploads_and_model_versions(
    full: str, bucket: str, student: str, sagemaker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["empty", student, "--yes"]) == 0
    assert capsys.readouterr().out == (
        "stopped 0 executions and 0 jobs; deleted 2 model versions, 4 object versions and 1 unfinished uploads\n"
    )
    s3 = boto3.client("s3")
    s3.delete_bucket(Bucket=bucket)  # refused while anything is in it
    sagemaker.delete_model_package_group(ModelPackageGroupName=full)


def test_more_objects_than_one_request_deletes(bucket: str, student: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(empty, "_DELETE_AT_ONCE", 2)
    s3 = boto3.client("s3")
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=str(number), Body=b"")
    assert main(["empty", student, "--yes"]) == 0
    s3.delete_bucket(Bucket=bucket)


def test_it_stops_what_still_runs(
    sagemaker: Any, student: str, role_arn: str, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sagemaker.create_pipeline(
        PipelineName=f"MLPipeline-{student}",
        PipelineDefinition=processing_definition(role_arn, "import time; time.sleep(120)", IMAGE),
        RoleArn=role_arn,
        ClientRequestToken="t" * 32,
    )
    assert main(["run", "pipeline", student, "--no-wait"]) == 0
    arn = capsys.readouterr().out.strip()
    assert main(["empty", student, "--yes"]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first == f"stopping MLPipeline-{student}'s execution {arn.rpartition('/')[2]} ..."
    assert last.startswith("stopped 1 executions and 0 jobs; ")
    state = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
    assert state == "Stopped"


@pytest.mark.usefixtures("stack")
def test_nothing_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["empty", "nobody", "--yes"]) == 0
    assert "deleted 0 model versions, 0 object versions" in capsys.readouterr().out


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("answer", ["", "y", "yes", "somebody-else"])
@pytest.mark.usefixtures("full")
def test_anything_but_the_student_id_deletes_nothing(
    answer: str, student: str, bucket: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(answer + "\n"))
    assert main(["empty", student]) == 1
    said = capsys.readouterr().out
    assert "In account 123456789012" in said
    assert f"s3://{bucket}" in said
    assert said.endswith("Nothing was deleted.\n")
    assert len(boto3.client("s3").list_object_versions(Bucket=bucket)["Versions"]) == 3


def test_the_student_id_is_a_yes(full: str, student: str, sagemaker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(student + "\n"))
    assert main(["empty", student]) == 0
    assert sagemaker.list_model_packages(ModelPackageGroupName=full)["ModelPackageSummaryList"] == []


@pytest.mark.usefixtures("full")
def test_without_a_terminal_it_wants_yes(
    student: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["empty", student]) == 1
    assert "there is no terminal to ask at: pass --yes where you mean it" in capsys.readouterr().err


def test_endpoints_go_first_for_they_write_what_they_capture(
    bucket: str, student: str, sagemaker: Any, role_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that is only being created, which cannot be deleted yet."""
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key="models/a.tar.gz", Body=MODEL.read_bytes())
    name = f"xgboost-endpoint-{student}"
    container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{bucket}/models/a.tar.gz"}
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=role_arn, PrimaryContainer=container)
    variant = {"VariantName": "a", "ModelName": name, "InstanceType": "ml.t2.medium", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    assert main(["empty", student, "--yes"]) == 0
    assert capsys.readouterr().out.startswith(f"deleted {name}; stopped 0 executions and 0 jobs; ")
    assert sagemaker.list_endpoints(NameContains=student)["Endpoints"] == []
