"""Task 8 the next morning: an endpoint that answered until its schedule deleted it, and what only resembles that."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from mlops.validate import scoring
from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, UnansweredError
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


Count = Callable[..., None]


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Adds to what CloudWatch has of an endpoint, which SageMaker alone can write."""
    sums: Counter[tuple[str, str]] = Counter()
    ask = Account.ask

    def answer(account: Account, service: str, operation: str, **request: Any) -> dict[str, Any]:
        if operation != "get_metric_statistics":
            return ask(account, service, operation, **request)
        endpoint = request["Dimensions"][0]["Value"]
        return {"Datapoints": [{"Sum": sums[endpoint, request["MetricName"]]}]}

    monkeypatch.setattr(Account, "ask", answer)
    return lambda endpoint, **added: sums.update({(endpoint, name): value for name, value in added.items()})


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
    count: Count, student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
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


def test_a_schedule_without_an_answer(
    count: Count, student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
) -> None:
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


def test_captured_data_that_anyone_can_write_shows_no_answer(
    student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
) -> None:
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/capture",
        "CaptureOptions": [{"CaptureMode": "Output"}],
    }
    schedule(endpoint, datetime.now(UTC) - timedelta(seconds=1))
    configure(sagemaker, role_arn, endpoint, bucket, DataCaptureConfig=capture)
    key = f"capture/{endpoint}/AllTraffic/2026/11/27/09/a.jsonl"
    boto3.client("s3").put_object(
        Bucket=bucket, Key=key, Body=b'{"captureData": {"endpointOutput": {"data": "0.5"}}}\n'
    )
    assert "nothing shows that it ever answered" in failure(student)


def test_metrics_that_must_not_be_read(
    student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any) -> float:
        raise UnansweredError("GetMetricStatistics was denied")

    monkeypatch.setattr("mlops.validate.ended_endpoint.answered", denied)
    schedule(endpoint, datetime.now(UTC) - timedelta(seconds=1))
    configure(sagemaker, role_arn, endpoint, bucket)
    result = scoring.score(Account(student), [multi_model_endpoint]).tasks[0].result
    assert (result.message, result.answered) == ("not graded: GetMetricStatistics was denied", False)


def test_another_student_s_ended_endpoint(
    count: Count, student: str, bucket: str, endpoint: str, sagemaker: Any, role_arn: str
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
