"""Scripts of the assessment's kind, for SageMaker Python SDK v2 and v3, run unmodified in a shell with `localaws env`
and the keys of a role's session.

Each SDK is installed into an environment of its own, which goes away with the test: the product needs neither to run.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from first_models import ENCODER, SKLEARN, XGBOOST

PROJECT = Path(__file__).resolve().parents[2]
ASSETS = Path(__file__).with_name("assets")
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_ROLE = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "sagemaker:*", "logs:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/student-*"},
    ],
}
# The models of the first apply: encoder, then XGBoost.
_CONTAINERS = ((SKLEARN, "encoder.tar.gz", ENCODER), (XGBOOST, "xgboost-default.tar.gz", {}))
_ENDED = ("Succeeded", "Failed", "Stopped")

pytestmark = pytest.mark.full


def test_a_students_script_runs_unmodified(sdk: tuple[str, Path], notebook: dict[str, str], tmp_path: Path) -> None:
    generation, python = sdk
    student = f"sdk-{generation}"
    bucket = f"sagemaker-{student}"
    s3, iam, sagemaker = boto3.client("s3"), boto3.client("iam"), boto3.client("sagemaker")
    s3.create_bucket(Bucket=bucket)
    s3.upload_file(str(PROJECT / "data/adult/adult.csv"), bucket, "data/training/adult.csv")
    role = iam.create_role(RoleName=f"student-{generation}", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=f"student-{generation}", PolicyName="all", PolicyDocument=json.dumps(_ROLE))
    work = tmp_path / "work"
    shutil.copytree(ASSETS / generation, work)

    made = subprocess.run(
        [python, "create_pipeline.py", student, role],
        cwd=work,
        env=notebook,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    assert made.stdout.strip().endswith(f":pipeline/MLPipeline-{student}")

    started = _aws(notebook, "sagemaker", "start-pipeline-execution", "--pipeline-name", f"MLPipeline-{student}")
    arn = started["PipelineExecutionArn"]
    assert _wait(sagemaker, arn) == "Succeeded", _reasons(sagemaker, arn)

    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    steps = {step["StepName"]: step for step in listed}
    register = {"v2": "RegisterModel-RegisterModel", "v3": "RegisterModel"}[generation]
    assert set(steps) == {"PreprocessData", "TrainModel", "EvaluateModel", "CheckQuality", register}
    package = sagemaker.describe_model_package(ModelPackageName=steps[register]["Metadata"]["RegisterModel"]["Arn"])
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    report = sagemaker.describe_processing_job(
        ProcessingJobName=steps["EvaluateModel"]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[1]
    )["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    key = report.removeprefix(f"s3://{bucket}/") + "/evaluation.json"
    metrics = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())["binary_classification_metrics"]
    assert metrics["auc"]["value"] > 0.9


def test_a_students_tuner_runs_unmodified(sdk: tuple[str, Path], notebook: dict[str, str], tmp_path: Path) -> None:
    generation, python = sdk
    student = f"tuner-{generation}"
    bucket = f"sagemaker-{student}"
    s3, iam, sagemaker = boto3.client("s3"), boto3.client("iam"), boto3.client("sagemaker")
    s3.create_bucket(Bucket=bucket)
    for name, offset in (("train", 0), ("validation", 1)):
        rows = "".join(f"{(row + offset) % 3 // 2},{(row + offset) % 3},{row % 7}\n" for row in range(200))
        s3.put_object(Bucket=bucket, Key=f"pipeline/{name}/{name}.csv", Body=rows)
    role = iam.create_role(RoleName=f"student-{student}", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=f"student-{student}", PolicyName="all", PolicyDocument=json.dumps(_ROLE))
    script = ASSETS / generation / "hyperparameter_tuning.py"
    done = subprocess.run(
        [python, script, student, role], cwd=tmp_path, env=notebook, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    jobs = sagemaker.list_hyper_parameter_tuning_jobs(NameContains=student)["HyperParameterTuningJobSummaries"]
    assert [(job["HyperParameterTuningJobStatus"], job["TrainingJobStatusCounters"]["Completed"]) for job in jobs] == [
        ("Completed", 4)
    ]
    described = sagemaker.describe_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=jobs[0]["HyperParameterTuningJobName"]
    )
    best = described["BestTrainingJob"]["TrainingJobName"]
    assert best in done.stdout
    if generation == "v2":
        _attached(python, bucket, jobs[0]["HyperParameterTuningJobName"], best, notebook, tmp_path)


def _attached(python: Path, bucket: str, job: str, best: str, notebook: dict[str, str], folder: Path) -> None:
    """Another session goes on with the tuning job `job`."""
    script = [python, ASSETS / "v2" / "attach.py", bucket, job]
    done = subprocess.run(script, cwd=folder, env=notebook, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.strip().splitlines()[-1])
    artifact = f"s3://{bucket}/tuning/models/{best}/output/model.tar.gz"
    assert (said["best"], said["best_estimator"], said["attached"]) == (best, artifact, artifact)
    assert (said["max_jobs"], said["instance_type"], said["parents"]) == (4, "ml.m5.xlarge", [job])
    assert said["hyperparameters"]["num_round"] == "20"
    child = boto3.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=f"{job}-more")
    assert child["TrainingJobStatusCounters"]["Completed"] == 2
    assert "OverallBestTrainingJob" in child


def test_a_students_transformer_runs(sdk: tuple[str, Path], notebook: dict[str, str], tmp_path: Path) -> None:
    generation, python = sdk
    student = f"batch-{generation}"
    bucket, model = f"sagemaker-{student}", f"xgboost-model-{student}"
    s3, iam = boto3.client("s3"), boto3.client("iam")
    s3.create_bucket(Bucket=bucket)
    role = iam.create_role(RoleName=f"student-{student}", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=f"student-{student}", PolicyName="all", PolicyDocument=json.dumps(_ROLE))
    s3.upload_file(str(PROJECT / "rendered/batch/sample.csv"), bucket, "data/batch-input/sample.csv")
    containers = []
    for image, archive, environment in _CONTAINERS:
        s3.upload_file(str(PROJECT / "rendered/bootstrap" / archive), bucket, f"models/{archive}")
        url = f"s3://{bucket}/models/{archive}"
        containers.append({"Image": image, "ModelDataUrl": url, "Environment": environment})
    boto3.client("sagemaker").create_model(ModelName=model, ExecutionRoleArn=role, Containers=containers)

    script = [python, ASSETS / generation / "batch_transform.py", student, model]
    made = subprocess.run(script, cwd=tmp_path, env=notebook, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-3000:]
    name = made.stdout.strip().splitlines()[-1]
    (listed,) = _aws(notebook, "sagemaker", "list-transform-jobs", "--name-contains", student)["TransformJobSummaries"]
    assert (listed["TransformJobName"], listed["TransformJobStatus"]) == (name, "Completed")
    joined = s3.get_object(Bucket=bucket, Key="batch-output/sample.csv.out")["Body"].read().decode().splitlines()
    rows = (PROJECT / "rendered/batch/sample.csv").read_text().splitlines()
    assert [line.rpartition(",")[0] for line in joined] == rows
    assert all(0 < float(line.rpartition(",")[2]) < 1 for line in joined)
    assert len(s3.list_objects_v2(Bucket=bucket, Prefix="captured/")["Contents"]) == 2
    if generation == "v3":
        script = [python, ASSETS / generation / "transform_job.py", student, model]
        made = subprocess.run(script, cwd=tmp_path, env=notebook, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[-3000:]
        state, listed = made.stdout.strip().splitlines()[-2:]
        assert state == "Completed"
        assert set(ast.literal_eval(listed)) == {name, f"resource-{student}"}
        scored = s3.get_object(Bucket=bucket, Key="batch-output/resource/sample.csv.out")["Body"].read().decode()
        ages_and_scores = [(line.partition(",")[0], line.rpartition(",")[2]) for line in joined]
        assert [tuple(line.split(",")) for line in scored.splitlines()] == ages_and_scores


def _aws(environment: dict[str, str], *words: str) -> Any:
    aws = str(Path(sys.executable).with_name("aws"))
    done = subprocess.run([aws, *words], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _wait(sagemaker: Any, arn: str) -> str:
    while (
        status := sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
    ) not in _ENDED:
        time.sleep(0.5)
    return str(status)


def _reasons(sagemaker: Any, arn: str) -> list[str]:
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return [f"{step['StepName']}: {step['FailureReason']}" for step in steps if "FailureReason" in step]
