"""What Terraform publishes and makes for tuning and batch transform, put on a local stack without Terraform."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3

__all__ = ["SAMPLE", "bootstrap_model", "publish_transform", "publish_tuning", "tuning_requests"]

PROJECT = Path(__file__).resolve().parents[2]
BOOTSTRAP = PROJECT / "rendered" / "bootstrap"
SAMPLE = (PROJECT / "rendered" / "batch" / "sample.csv").read_bytes()
_REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
_ENCODER = {
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
# Splits without the real preprocessing, which has tests of its own.
_SPLIT = """
import pathlib, random
chance = random.Random(1)
for name in ("train", "validation"):
    rows = [(chance.random(), chance.random()) for _ in range(300)]
    text = "".join(f"{int(a + b / 3 > 0.6)},{a},{b}\\n" for a, b in rows)
    pathlib.Path(f"/opt/ml/processing/output/{name}").mkdir(parents=True, exist_ok=True)
    pathlib.Path(f"/opt/ml/processing/output/{name}/{name}.csv").write_text(text)
for name in ("test", "encoder", "baseline", "report"):
    pathlib.Path(f"/opt/ml/processing/output/{name}").mkdir(parents=True, exist_ok=True)
pathlib.Path("/opt/ml/processing/output/report/report.json").write_text("{}")
"""


def publish_transform(bucket: str, student: str) -> dict[str, Any]:
    """The rendered request, filled and published, and rows under its input prefix."""
    values = {
        "batch_input_prefix": "data/batch-input",
        "batch_output_prefix": "batch-output",
        "bucket": bucket,
        "model_name": f"xgboost-model-{student}",
    }
    filled = _filled("batch/request.json.tftpl", values)
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key=f"definitions/batch-transform-{student}.json", Body=json.dumps(filled).encode())
    s3.put_object(Bucket=bucket, Key="data/batch-input/sample.csv", Body=SAMPLE)
    return filled


def bootstrap_model(bucket: str, student: str, sagemaker: Any, role_arn: str) -> str:
    """The model of the first apply: encoder, then XGBoost."""
    s3, containers = boto3.client("s3"), []
    for image, file, environment in (
        (f"{_REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3", "encoder.tar.gz", _ENCODER),
        (f"{_REGISTRY}/sagemaker-xgboost:3.2-0", "xgboost-default.tar.gz", {}),
    ):
        s3.upload_file(str(BOOTSTRAP / file), bucket, f"models/{file}")
        containers.append({"Image": image, "ModelDataUrl": f"s3://{bucket}/models/{file}", "Environment": environment})
    name = f"xgboost-model-{student}"
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=role_arn, Containers=containers)
    return name


def tuning_requests(bucket: str, role_arn: str) -> dict[str, Any]:
    """The product's own requests, filled, with three short trials; what they prepare splits with is uploaded."""
    values = {
        "bucket": bucket,
        "code_uri": f"s3://{bucket}/code",
        "input_data_uri": f"s3://{bucket}/code",
        "schema_uri": f"s3://{bucket}/code",
        "job_role_arn": role_arn,
        "sklearn_image": f"{_REGISTRY}/sagemaker-scikit-learn:1.4-2",
        "xgboost_image": f"{_REGISTRY}/sagemaker-xgboost:1.7-1",
        "splits_prefix": "tuning/splits/1",
        "tuned_models_prefix": "tuning/models",
    }
    document = {
        name: _filled(f"tuning/{file}.json.tftpl", values)
        for name, file in (("request", "request"), ("preprocessing", "preprocess"))
    }
    document["request"]["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] = 3
    document["request"]["TrainingJobDefinition"]["StaticHyperParameters"]["num_round"] = "4"
    boto3.client("s3").put_object(Bucket=bucket, Key="code/run.py", Body=_SPLIT)
    return document


def publish_tuning(bucket: str, student: str, document: dict[str, Any]) -> None:
    """Publish tuning requests as Terraform does."""
    key = f"definitions/xgboost-tuning-{student}.json"
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(document))


def _filled(template: str, values: dict[str, str]) -> dict[str, Any]:
    text = (PROJECT / "rendered" / template).read_text(encoding="utf-8")
    filled: dict[str, Any] = json.loads(re.sub(r"\$\{(\w+)\}", lambda token: values[token[1]], text))
    return filled
