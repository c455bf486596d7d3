"""What uses a student's bucket is stopped, and ends, before the bucket is emptied; what is another's goes on."""

from __future__ import annotations

import io
import random
import tarfile
from typing import Any

import boto3
import pytest

from mlops.aws.errors import UserError
from mlops.aws.polling import Polling
from mlops.aws.stopping import stop_executions, stop_jobs
from mlops.cli import main

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SKLEARN, XGBOOST = f"{REGISTRY}/sagemaker-scikit-learn:1.4-2", f"{REGISTRY}/sagemaker-xgboost:3.2-0"
SLOW = "import time\ndef model_fn(folder):\n    time.sleep(120)\n"


def started(sagemaker: Any, bucket: str, role: str, prefix: str) -> dict[str, str]:
    """A job of each kind that would run for minutes, in its kind's words; names begin with `prefix`."""
    s3, chance = boto3.client("s3"), random.Random(1)
    s3.put_object(Bucket=bucket, Key="train/a.csv", Body="".join(f"{i % 2},{chance.random()}\n" for i in range(2000)))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("code/serve.py")
        member.size = len(SLOW)
        archive.addfile(member, io.BytesIO(SLOW.encode()))
    s3.put_object(Bucket=bucket, Key="slow.tar.gz", Body=packed.getvalue())
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}}
    training = {
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "RoleArn": role,
        "InputDataConfig": [
            {"ChannelName": name, "ContentType": "text/csv", "DataSource": source} for name in ("train", "validation")
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": cluster,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    static = {"num_round": "1000000", "objective": "binary:logistic", "eval_metric": "auc"}
    sagemaker.create_training_job(TrainingJobName=f"{prefix}-train", HyperParameters=static, **training)
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=f"{prefix}-tune",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.3"}]},
        },
        TrainingJobDefinition={"StaticHyperParameters": static, **training},
    )
    environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    container = {"Image": SKLEARN, "ModelDataUrl": f"s3://{bucket}/slow.tar.gz", "Environment": environment}
    sagemaker.create_model(ModelName=f"{prefix}-slow", ExecutionRoleArn=role, PrimaryContainer=container)
    sagemaker.create_transform_job(
        TransformJobName=f"{prefix}-transform",
        ModelName=f"{prefix}-slow",
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={"S3OutputPath": f"s3://{bucket}/out", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    output = {"S3Uri": f"s3://{bucket}", "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    sagemaker.create_processing_job(
        ProcessingJobName=f"{prefix}-processing",
        RoleArn=role,
        AppSpecification={
            "ImageUri": SKLEARN,
            "ContainerEntrypoint": ["python3", "-c", "import time; time.sleep(120)"],
        },
        ProcessingResources={"ClusterConfig": cluster},
        ProcessingOutputConfig={"Outputs": [{"OutputName": "o", "S3Output": output}]},
    )
    kinds = {"tune": "tuning", "train": "training", "transform": "transform", "processing": "processing"}
    return {f"{kind} job {prefix}-{name}": name for name, kind in kinds.items()}


def states(sagemaker: Any, prefix: str) -> dict[str, str]:
    """The jobs' states by the last part of their name."""
    return {
        "tune": sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=f"{prefix}-tune")[
            "HyperParameterTuningJobStatus"
        ],
        "train": sagemaker.describe_training_job(TrainingJobName=f"{prefix}-train")["TrainingJobStatus"],
        "transform": sagemaker.describe_transform_job(TransformJobName=f"{prefix}-transform")["TransformJobStatus"],
        "processing": sagemaker.describe_processing_job(ProcessingJobName=f"{prefix}-processing")[
            "ProcessingJobStatus"
        ],
    }


@pytest.mark.slow
def test_jobs_that_use_the_bucket_stop_first_and_others_go_on(
    bucket: str, student: str, sagemaker: Any, role_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = f"{bucket}-other"  # its name, and its jobs', hold the student's id as well
    boto3.client("s3").create_bucket(Bucket=other)
    ours = started(sagemaker, bucket, role_arn, f"{student}-a")
    started(sagemaker, other, role_arn, f"{student}-b")
    assert main(["empty", student, "--yes"]) == 0
    *stopping, summary = capsys.readouterr().out.splitlines()
    assert stopping == [f"stopping {job} ..." for job in ours]
    assert summary.startswith("stopped 0 executions and 4 jobs; deleted 0 model versions, ")
    assert set(states(sagemaker, f"{student}-a").values()) == {"Stopped"}
    boto3.client("s3").delete_bucket(Bucket=bucket)  # nothing was written after it was emptied
    assert set(states(sagemaker, f"{student}-b").values()) == {"InProgress"}
    assert stop_jobs(sagemaker, other, lambda _: None) == [each.replace("-a-", "-b-") for each in ours]


class _Stubborn:
    """SageMaker with one execution and one training job that never end."""

    def get_paginator(self, operation: str) -> _Stubborn:
        self._listed = operation
        return self

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        return {
            "list_pipeline_executions": [
                {
                    "PipelineExecutionSummaries": [
                        {"PipelineExecutionArn": "a/e1", "PipelineExecutionStatus": "Stopping"}
                    ]
                }
            ],
            "list_training_jobs": [
                {"TrainingJobSummaries": [{"TrainingJobName": "t"}] if asked.get("StatusEquals") == "Stopping" else []}
            ],
        }.get(self._listed, [])

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        return {"TrainingJobStatus": "Stopping", "OutputDataConfig": {"S3OutputPath": "s3://b/models"}}

    def stop_training_job(self, **_: str) -> None:
        pass

    stop_pipeline_execution = stop_training_job


def test_what_does_not_stop_is_named() -> None:
    times = iter(range(100))
    polling = Polling(limit_seconds=3, sleep=lambda _: None, clock=lambda: float(next(times)))
    with pytest.raises(UserError, match="P still runs 3 s after it was told to stop: try again later"):
        stop_executions(_Stubborn(), "P", lambda _: None, polling)
    with pytest.raises(UserError, match="training job t still runs 3 s after it was told to stop"):
        stop_jobs(_Stubborn(), "b", lambda _: None, polling)
