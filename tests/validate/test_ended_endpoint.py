"""Task 8 the next morning: an endpoint that answered until its schedule deleted it, and what only resembles that."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed
from mlops.validate.tasks import multi_model_endpoint

BOOTSTRAP = Path(__file__).resolve().parents[2] / "rendered" / "bootstrap"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROW = b"0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1,1.1,1.2,1.3\n"


@pytest.fixture
def bucket(student: str, stack: dict[str, str]) -> str:
    """A bucket with two models."""
    name, s3 = f"sagemaker-{student}", boto3.client("s3")
    s3.create_bucket(Bucket=name)
    for model in ("default", "shallow"):
        s3.upload_file(str(BOOTSTRAP / f"xgboost-{model}.tar.gz"), name, f"models/{model}.tar.gz")
    return name


@pytest.fixture
def endpoint(student: str) -> str:
    return f"multi-model-endpoint-{student}"


def configure(sagemaker: Any, role_arn: str, endpoint: str, bucket: str, **config: Any) -> None:
    """The endpoint's model and configuration."""
    sagemaker.create_model(
        ModelName=endpoint,
        ExecutionRoleArn=role_arn,
        PrimaryContainer={"Image": IMAGE, "Mode": "MultiModel", "ModelDataUrl": f"s3://{bucket}/models/"},
    )
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": endpoint,
        "InstanceType": "ml.t2.medium",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=f"{endpoint}-0a1b", ProductionVariants=[variant], **config)


def schedule(endpoint: str, moment: datetime, role_arn: str = "arn:aws:iam::123456789012:role/none") -> None:
    """A one-time schedule that deletes the endpoint, as the module endpoint_lifetime creates it."""
    boto3.client("scheduler").create_schedule(
        Name=f"{endpoint}-ends",
        ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
            "RoleArn": role_arn,
            "Input": json.dumps({"EndpointName": endpoint}),
        },
    )


def count(endpoint: str, **sums: float) -> None:
    """What CloudWatch has of the endpoint: SageMaker alone writes this namespace on AWS."""
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}]
    boto3.client("cloudwatch").put_metric_data(
        Namespace="AWS/SageMaker",
        MetricData=[{"MetricName": name, "Dimensions": dimensions, "Value": value} for name, value in sums.items()],
    )


def failure(student: str) -> str:
    with pytest.raises(CheckFailed) as caught:
        multi_model_endpoint.check(Account(student))
    return str(caught.value.result.message)


def wait(condition: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)


@pytest.mark.slow
def test_an_endpoint_that_answered_until_its_schedule_deleted_it(
    student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    boto3.client("iam").update_assume_role_policy(RoleName=role_arn.rsplit("/", 1)[1], PolicyDocument=document)
    sagemaker_role = f"arn:aws:iam::123456789012:role/{student}"
    boto3.client("iam").create_role(
        RoleName=student, AssumeRolePolicyDocument=document.replace("scheduler.", "sagemaker.")
    )
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boto3.client("iam").put_role_policy(RoleName=student, PolicyName="all", PolicyDocument=json.dumps(allow))
    configure(sagemaker, sagemaker_role, endpoint, bucket)
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=f"{endpoint}-0a1b")
    waiter = sagemaker.get_waiter("endpoint_in_service")
    waiter.config.delay, waiter.config.max_attempts = 0.2, 300
    waiter.wait(EndpointName=endpoint)
    schedule(endpoint, datetime.now(UTC) + timedelta(hours=1), role_arn)
    boto3.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, TargetModel="default.tar.gz", ContentType="text/csv", Body=ROW
    )

    scheduler = boto3.client("scheduler")
    found = scheduler.get_schedule(Name=f"{endpoint}-ends")
    kept = {name: found[name] for name in ("Name", "FlexibleTimeWindow", "Target")}
    moment = datetime.now(UTC) + timedelta(seconds=2)
    scheduler.update_schedule(**kept, ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})")
    wait(lambda: not sagemaker.list_endpoints(NameContains=endpoint)["Endpoints"])

    result = multi_model_endpoint.check(Account(student))
    assert result.passed
    assert result.message == (
        f"{endpoint} served different models from s3://{bucket}/models/, such as default.tar.gz and shallow.tar.gz, "
        "until its schedule ended it"
    )
    assert [each.status for each in result.evidence] == [
        "ended by its schedule",
        "CloudWatch has 1 answered Invocations",
    ]


def test_what_resembles_an_endpoint_that_ended(
    student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
) -> None:
    nothing = f"no endpoint of {student} was found"
    count(endpoint, Invocations=3)
    schedule(endpoint, datetime.now(UTC) - timedelta(seconds=1))
    assert failure(student) == nothing, "a schedule and requests without a configuration"
    configure(sagemaker, role_arn, endpoint, bucket)
    boto3.client("scheduler").delete_schedule(Name=f"{endpoint}-ends")
    assert failure(student) == nothing, "a configuration without a schedule"

    schedule(endpoint, datetime.now(UTC) + timedelta(hours=1))
    assert failure(student) == nothing, "its time has not come"


def test_a_schedule_without_an_answer(student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str) -> None:
    configure(sagemaker, role_arn, endpoint, bucket)
    schedule(endpoint, datetime.now(UTC) - timedelta(seconds=1))
    unanswered = f"{endpoint} is gone, as its schedule says, and nothing shows that it ever answered"
    assert failure(student) == f"{unanswered}; no endpoint of {student} was found"
    count(endpoint, Invocations=3, Invocation4XXErrors=2, Invocation5XXErrors=1)
    assert failure(student).startswith(unanswered), "all requests failed"
    count(endpoint, Invocations=1)
    assert multi_model_endpoint.check(Account(student)).passed
    boto3.client("s3").delete_object(Bucket=bucket, Key="models/shallow.tar.gz")
    assert failure(student) == f"there are 1 different models under s3://{bucket}/models/, not several"


def test_captured_data_shows_an_answer(student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str) -> None:
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/capture",
        "CaptureOptions": [{"CaptureMode": "Output"}],
    }
    s3, key = boto3.client("s3"), f"capture/{endpoint}/AllTraffic/2026/11/27/09/a.jsonl"
    schedule(endpoint, datetime.now(UTC) - timedelta(seconds=1))
    configure(sagemaker, role_arn, endpoint, bucket, DataCaptureConfig=capture)
    for body in ("", "x", "[]", "{}", '{"captureData": {"endpointOutput": {"data": ""}}}'):
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
        assert "nothing shows that it ever answered" in failure(student)
    # S3's times are whole seconds, and what was written before the configuration does not count.
    created = sagemaker.describe_endpoint_config(EndpointConfigName=f"{endpoint}-0a1b")["CreationTime"]
    wait(lambda: datetime.now(UTC) > created + timedelta(seconds=1.1))
    s3.put_object(Bucket=bucket, Key=key, Body=b'{"captureData": {"endpointOutput": {"data": "0.5"}}}\n')
    result = multi_model_endpoint.check(Account(student))
    assert result.evidence[1].status == f"captured data is in s3://{bucket}/{key}"


def test_another_student_s_ended_endpoint(
    student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
) -> None:
    """Models in another bucket, or a configuration with another student's tag."""
    other = f"{student}-lee"
    boto3.client("s3").create_bucket(Bucket=f"sagemaker-{other}")
    configure(sagemaker, role_arn, endpoint, f"sagemaker-{other}")
    schedule(endpoint, datetime.now(UTC) - timedelta(seconds=1))
    count(endpoint, Invocations=1)
    assert f"uses s3://sagemaker-{other}/models/, which is not in the student's bucket {bucket}" in failure(student)
    arn = sagemaker.describe_endpoint_config(EndpointConfigName=f"{endpoint}-0a1b")["EndpointConfigArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "StudentId", "Value": other}])
    assert failure(student) == f"no endpoint of {student} was found"
    assert failure("lee") == "no endpoint of lee was found"
