"""A student's pipeline and registry on the local stack, complete or nearly so."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

RENDERED = Path(__file__).resolve().parents[2] / "rendered" / "pipeline" / "training.json.tftpl"
_NUMBERS = itertools.count(1)


@pytest.fixture
def student(stack: dict[str, str]) -> str:
    """A student id that no other test uses."""
    return f"graded{next(_NUMBERS)}"


@pytest.fixture
def definition(student: str) -> dict[str, Any]:
    """The product's own definition, its tokens filled for the student; a test may change it."""
    bucket = f"sagemaker-{student}"
    values = {
        "bucket": bucket,
        "job_name_prefix": f"mlops-{student}--",
        "job_role_arn": "arn:aws:iam::123456789012:role/grading",
        "sklearn_image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2",
        "xgboost_image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    }
    text = RENDERED.read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(\w+)\}", lambda token: values.get(token[1], f"s3://{bucket}/{token[1]}"), text)
    return dict(json.loads(filled))


@pytest.fixture
def runnable(definition: dict[str, Any], student: str, role_arn: str) -> dict[str, Any]:
    """The definition with all that it needs to run: bucket, data, package group, and code that takes no time."""
    s3, bucket = boto3.client("s3"), f"sagemaker-{student}"
    s3.create_bucket(Bucket=bucket)
    for key, body in {"input_data_uri": b"0,1\n", "schema_uri": b"{}", "code_uri/run.py": _CODE.encode()}.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    group = f"xgboost-models-{student}"
    tags = [{"Key": "StudentId", "Value": student}]
    boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName=group, Tags=tags)
    text = json.dumps(definition).replace("arn:aws:iam::123456789012:role/grading", role_arn)
    return dict(json.loads(text.replace(f"s3://{bucket}/model_package_group", group)))


_CODE = """
import json, pathlib, sys, tarfile

output = pathlib.Path("/opt/ml/processing/output")
if sys.argv[1] == "preprocess":
    for name in ("train", "validation", "test"):
        (output / name / f"{name}.csv").write_text("".join(f"{n % 2},{n % 2},{n}\\n" for n in range(40)))
    with tarfile.open(output / "encoder" / "model.tar.gz", "w:gz") as archive:
        archive.add(output / "train" / "train.csv", "encoder.json")
    (output / "report" / "report.json").write_text(json.dumps({"data": {"sha256": "d"}, "schema": {"sha256": "s"}}))
else:
    metrics = {name: {"value": 0.93} for name in ("auc", "accuracy", "f1", "log_loss")}
    report = output / "evaluation" / "evaluation.json"
    report.write_text(json.dumps({"binary_classification_metrics": metrics}))
"""


@pytest.fixture
def publish(sagemaker: Any, student: str, role_arn: str) -> Callable[[dict[str, Any]], None]:
    """Creates or updates the student's pipeline."""

    def publish(document: dict[str, Any]) -> None:
        request = {
            "PipelineName": f"MLPipeline-{student}",
            "PipelineDefinition": json.dumps(document),
            "RoleArn": role_arn,
        }
        names = [each["PipelineName"] for each in sagemaker.list_pipelines()["PipelineSummaries"]]
        if request["PipelineName"] in names:
            sagemaker.update_pipeline(**request)
        else:
            sagemaker.create_pipeline(**request, ClientRequestToken=f"{student:x<32}")

    return publish
