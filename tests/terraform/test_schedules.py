"""The schedules that Terraform makes are called: a transform job starts by itself, and an endpoint ends at its time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import tftest

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
BUCKET, MODEL, ENDPOINT = "scheduled-team", "scheduled-model", "scheduled-endpoint"
ROOT = f"""
module "batch" {{
  source           = "{PROJECT}/modules/batch_transform"
  name             = "nightly"
  model            = {{ name = "{MODEL}", role_name = "scheduled" }}
  request_template = "{PROJECT}/rendered/batch/request.json.tftpl"
  storage          = {{ bucket = "{BUCKET}" }}
  schedule         = {{ expression = "rate(1 day)" }}
}}

module "lifetime" {{
  source        = "{PROJECT}/modules/endpoint_lifetime"
  endpoint_arn  = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/{ENDPOINT}"
  endpoint_name = "{ENDPOINT}"
  hours         = 6
}}
"""


@pytest.fixture
def sagemaker(stack: dict[str, str]) -> Any:
    """A SageMaker client; there are a bucket, a model and an endpoint of it, made without Terraform."""
    s3, iam, client = boto3.client("s3"), boto3.client("iam"), boto3.client("sagemaker")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="scheduled", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/models/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [read]})
    iam.put_role_policy(RoleName="scheduled", PolicyName="read", PolicyDocument=policy)
    s3.create_bucket(Bucket=BUCKET)
    s3.upload_file(str(PROJECT / "rendered/bootstrap/xgboost-shallow.tar.gz"), BUCKET, "models/a.tar.gz")
    features = len(json.loads((PROJECT / "rendered/bootstrap/bootstrap.json").read_text())["features"])
    s3.put_object(Bucket=BUCKET, Key="data/batch-input/a.csv", Body=f"{','.join('1' * features)}\n" * 5)
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/models/a.tar.gz"}
    client.create_model(ModelName=MODEL, ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "a", "ModelName": MODEL, "InstanceType": "ml.t2.medium", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName=ENDPOINT, ProductionVariants=[variant])
    client.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=ENDPOINT)
    client.get_waiter("endpoint_in_service").wait(EndpointName=ENDPOINT, WaiterConfig={"Delay": 1})
    return client


def test_what_terraform_scheduled_happens(
    sagemaker: Any, stack: dict[str, str], plugins: str | None, tmp_path: Path
) -> None:
    (tmp_path / "main.tf").write_text(ROOT)
    root = tftest.TerraformTest(str(tmp_path))
    root.env = dict(os.environ) | {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    root.setup(plugin_dir=plugins)
    root.apply()

    def ended() -> Any:
        listed = sagemaker.list_transform_jobs(NameContains="nightly-")["TransformJobSummaries"]
        return [job for job in listed if job["TransformJobStatus"] != "InProgress"]

    (job,) = _wait(ended)
    assert job["TransformJobStatus"] == "Completed", sagemaker.describe_transform_job(
        TransformJobName=job["TransformJobName"]
    )
    key = f"batch-output/{job['TransformJobName']}/a.csv.out"
    scores = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read().split()
    assert len(scores) == 5

    scheduler = boto3.client("scheduler")
    lifetime = scheduler.get_schedule(Name=f"{ENDPOINT}-ends")
    kept = {name: lifetime[name] for name in ("Name", "FlexibleTimeWindow", "Target")}
    assert sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] == "InService"
    moment = datetime.now(UTC) + timedelta(seconds=2)
    scheduler.update_schedule(**kept, ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})")
    _wait(lambda: not sagemaker.list_endpoints(NameContains=ENDPOINT)["Endpoints"])
    root.destroy()


def _wait(condition: Callable[[], Any], seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)
    return found
