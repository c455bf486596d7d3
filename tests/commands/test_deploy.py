"""`mlops deploy`: a new model or new settings take over, or a rollback is said, and nothing of it is left."""

from __future__ import annotations

import io
import tarfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mlops.cli import main

pytestmark = pytest.mark.slow

BOOTSTRAP = Path(__file__).resolve().parents[2] / "rendered" / "bootstrap"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROW = b"39,7,9,13,4,1,1,4,1,2174,0,40,38"
AT_ONCE = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
CANARY = {"Type": "CANARY", "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 300}


@dataclass
class Endpoint:
    """A student's endpoint as Terraform makes it, and what stands in the account beside it."""

    student: str
    bucket: str
    name: str
    sagemaker: Any
    capsys: pytest.CaptureFixture[str]

    @property
    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=self.name)
        return found

    @property
    def config(self) -> dict[str, Any]:
        name = self.described["EndpointConfigName"]
        found: dict[str, Any] = self.sagemaker.describe_endpoint_config(EndpointConfigName=name)
        return found

    def score(self) -> str:
        runtime = boto3.client("sagemaker-runtime")
        answer = runtime.invoke_endpoint(EndpointName=self.name, ContentType="text/csv", Body=ROW)
        return str(answer["Body"].read().decode().strip())

    def there(self) -> tuple[list[str], list[str]]:
        """Names of the student's configurations and models."""
        configs = self.sagemaker.list_endpoint_configs(NameContains=self.student)["EndpointConfigs"]
        models = self.sagemaker.list_models(NameContains=self.student)["Models"]
        return sorted(each["EndpointConfigName"] for each in configs), sorted(each["ModelName"] for each in models)

    def register(self, content: bytes, approval: str = "Approved") -> str:
        """A version in the student's group; its ARN."""
        uri = self.put(content)
        arn: str = self.sagemaker.create_model_package(
            ModelPackageGroupName=f"xgboost-models-{self.student}",
            ModelApprovalStatus=approval,
            InferenceSpecification={
                "Containers": [{"Image": XGBOOST, "ModelDataUrl": uri}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        return arn

    def put(self, content: bytes) -> str:
        key = f"models/{time.monotonic_ns()}/model.tar.gz"
        boto3.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def deploy(self, *arguments: str, code: int = 0) -> str:
        """What the command says, on standard error where it fails."""
        self.capsys.readouterr()
        ended = main(["deploy", self.student, *arguments])
        said = self.capsys.readouterr()
        assert ended == code, said.out + said.err
        return said.out if code == 0 else said.err


@pytest.fixture
def endpoint_with(
    student: str, bucket: str, role_arn: str, sagemaker: Any, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Endpoint]:
    """Creates the endpoint with a deployment policy's routing and rollback alarms."""

    def create(routing: dict[str, Any] = AT_ONCE, alarms: tuple[str, ...] = (), count: int = 1) -> Endpoint:
        endpoint = Endpoint(student, bucket, f"xgboost-endpoint-{student}", sagemaker, capsys)
        model, config = f"xgboost-model-{student}", f"{endpoint.name}-0"
        container = {"Image": XGBOOST, "ModelDataUrl": endpoint.put(archive("default"))}
        sagemaker.create_model(ModelName=model, ExecutionRoleArn=role_arn, PrimaryContainer=container)
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": model,
            "InstanceType": "ml.t2.medium",
            "InitialInstanceCount": count,
        }
        capture = {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{bucket}/data-capture",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        }
        sagemaker.create_endpoint_config(
            EndpointConfigName=config,
            ProductionVariants=[variant],
            DataCaptureConfig=capture,
            Tags=[{"Key": "StudentId", "Value": student}],
        )
        policy: dict[str, Any] = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}
        if alarms:
            policy["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in alarms]}
        sagemaker.create_endpoint(EndpointName=endpoint.name, EndpointConfigName=config, DeploymentConfig=policy)
        sagemaker.create_model_package_group(ModelPackageGroupName=f"xgboost-models-{student}")
        while endpoint.described["EndpointStatus"] == "Creating":
            time.sleep(0.1)
        assert endpoint.described["EndpointStatus"] == "InService"
        return endpoint

    return create


def archive(model: str) -> bytes:
    return (BOOTSTRAP / f"xgboost-{model}.tar.gz").read_bytes()


def unloadable() -> bytes:
    """An archive that the registry takes, and that XGBoost cannot load."""
    packed, content = io.BytesIO(), b"no booster"
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("xgboost-model")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_a_version_and_then_settings_take_over_and_leave_nothing_behind(
    endpoint_with: Callable[..., Endpoint], student: str
) -> None:
    endpoint = endpoint_with()
    before, score, policy = endpoint.config, endpoint.score(), endpoint.described["LastDeploymentConfig"]
    endpoint.register(archive("shallow"))

    said = endpoint.deploy("1")
    assert f"Deployed: {endpoint.name} serves xgboost-models-{student} version 1\n" in said
    assert f"to go back: mlops deploy {student} xgboost-model-{student}" in said
    assert endpoint.score() != score
    after, (variant,) = endpoint.config, endpoint.config["ProductionVariants"]
    assert variant["ModelName"].startswith(f"xgboost-model-{student}-v1-")
    assert variant == {**before["ProductionVariants"][0], "ModelName": variant["ModelName"]}
    assert after["DataCaptureConfig"] == before["DataCaptureConfig"]
    assert endpoint.described["LastDeploymentConfig"] == policy
    tags = endpoint.sagemaker.list_tags(ResourceArn=after["EndpointConfigArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"DeployedTo": endpoint.name, "StudentId": student}

    endpoint.deploy("--capture-percent", "10", "--instance-count", "2", "--instance-type", "ml.m5.large")
    (changed,) = endpoint.config["ProductionVariants"]
    assert changed == {**variant, "InitialInstanceCount": 2, "InstanceType": "ml.m5.large"}
    assert endpoint.described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert endpoint.config["DataCaptureConfig"] == {**before["DataCaptureConfig"], "InitialSamplingPercentage": 10}

    endpoint.deploy(f"xgboost-model-{student}", "--capture-percent", "0")
    assert endpoint.score() == score
    assert "DataCaptureConfig" not in endpoint.config

    assert [len(each) for each in endpoint.there()] == [4, 2]
    assert main(["empty", student, "--yes"]) == 0
    assert "4 models and configurations of deployments" in endpoint.capsys.readouterr().out
    assert endpoint.there() == ([before["EndpointConfigName"]], [f"xgboost-model-{student}"])


def test_a_model_that_cannot_load_is_rolled_back_and_says_so(
    endpoint_with: Callable[..., Endpoint], student: str
) -> None:
    endpoint = endpoint_with()
    there, score, before = endpoint.there(), endpoint.score(), endpoint.described["EndpointConfigName"]
    arn = endpoint.register(unloadable())
    said = endpoint.deploy(arn, code=1)
    assert said.startswith(
        f"mlops: rolled back: {endpoint.name} goes on with xgboost-model-{student} ({before}): The primary container "
        "for production variant AllTraffic did not pass the ping health check."
    )
    assert said.count("\n") == 1
    assert (endpoint.described["EndpointStatus"], endpoint.score()) == ("InService", score)
    assert endpoint.there() == there, "what was made for it has gone"


def test_a_canary_whose_alarm_rings_is_rolled_back_and_says_so(
    endpoint_with: Callable[..., Endpoint], student: str
) -> None:
    name = f"xgboost-endpoint-{student}"
    alarm = f"{name}-errors-4xx"
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/SageMaker",
        MetricName="Invocation4XXErrors",
        Dimensions=[{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}],
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        Period=60,
        EvaluationPeriods=1,
        TreatMissingData="notBreaching",
    )
    endpoint = endpoint_with(CANARY, (alarm,), count=2)
    there, score = endpoint.there(), endpoint.score()
    endpoint.register(archive("shallow"))
    runtime, over = boto3.client("sagemaker-runtime"), threading.Event()

    def send() -> None:  # what no model answers, from the moment at which some of the traffic is the new one's
        while "Baking" not in str(endpoint.described.get("PendingDeploymentSummary")) and not over.wait(0.1):
            pass
        while not over.wait(0.1):
            with pytest.raises(ClientError, match="ModelError"):
                runtime.invoke_endpoint(EndpointName=name, ContentType="text/html", Body=b"?")

    sender = threading.Thread(target=send)
    sender.start()
    try:
        said = endpoint.deploy("1", code=1)
    finally:
        over.set()
        sender.join()
    assert f"rolled back: {name} goes on with xgboost-model-{student}" in said
    assert f"alarms in state ALARM: {alarm}" in said
    assert endpoint.score() == score
    assert endpoint.there() == there


def test_what_cannot_be_deployed_is_refused_and_changes_nothing(
    endpoint_with: Callable[..., Endpoint], student: str
) -> None:
    endpoint = endpoint_with()
    there, changed = endpoint.there(), endpoint.described["LastModifiedTime"]
    waiting = endpoint.register(archive("shallow"), "PendingManualApproval")
    group = f"xgboost-models-{student}"
    for arguments, code, expected in (
        ([], 2, "there is nothing to deploy: give a version's number"),
        (["1"], 1, f"{group} version 1 is PendingManualApproval: only approved versions are deployed; approve it with"),
        ([waiting], 1, f"--model-package-arn {waiting} --model-approval-status Approved"),
        (["7"], 1, f"{group} has no version 7; there are: 1"),
        (["absent"], 1, "there is no model absent: give a version's number"),
        (["arn:aws:s3:::a"], 2, "arn:aws:s3:::a is no model package"),
        (["--instance-count", "2", "--variant", "B"], 2, f"{endpoint.name}-0 has the variants AllTraffic and no B"),
        (["--instance-count", "2", "--endpoint", "absent"], 1, "there is no endpoint absent: terraform apply creates"),
        (["--instance-type", "ml.unknown.huge"], 1, "ml.unknown.huge"),
        (["--instance-count", "100"], 1, "100"),
    ):
        assert expected in endpoint.deploy(*arguments, code=code)
    assert (endpoint.there(), endpoint.described["LastModifiedTime"]) == (there, changed)
