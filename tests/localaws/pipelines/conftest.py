"""A role, a bucket with data and code, and a way to run pipelines on the real stack."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pipeline_fakes import Bench

ROLE_NAME = "pipelines-test"
BUCKET = "pipelines-test"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_ENDED = ("Succeeded", "Failed", "Stopped")


class Pipelines:
    """Pipelines of one test on the real stack."""

    def __init__(self, stack: Any, role_arn: str) -> None:
        self.client = stack.client("sagemaker")
        self.s3 = stack.client("s3")
        self.role_arn = role_arn
        self._names: list[str] = []

    def create(self, document: Any, **options: Any) -> str:
        """Create a pipeline of a name of its own; its name."""
        name = f"p-{uuid.uuid4().hex[:12]}"
        text = document if isinstance(document, str) else json.dumps(document)
        self.client.create_pipeline(PipelineName=name, PipelineDefinition=text, RoleArn=self.role_arn, **options)
        self._names.append(name)
        return name

    def start(self, name: str, parameters: dict[str, str] | None = None, **options: Any) -> str:
        """Start an execution; its ARN."""
        given = [{"Name": key, "Value": value} for key, value in (parameters or {}).items()]
        answer = self.client.start_pipeline_execution(PipelineName=name, PipelineParameters=given, **options)
        return str(answer["PipelineExecutionArn"])

    def wait(self, arn: str, timeout_seconds: float = 60) -> dict[str, Any]:
        """The execution's description once it has ended."""
        until = time.monotonic() + timeout_seconds
        while time.monotonic() < until:
            described: dict[str, Any] = self.client.describe_pipeline_execution(PipelineExecutionArn=arn)
            if described["PipelineExecutionStatus"] in _ENDED:
                return described
            time.sleep(0.05)
        raise AssertionError(f"{arn} has not ended: {self.steps(arn)}")

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        """The listed steps by name, the latest first."""
        listed = self.client.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return {step["StepName"]: step for step in listed}

    def clean(self) -> None:
        for name in self._names:
            for execution in self.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]:
                if execution["PipelineExecutionStatus"] == "Executing":
                    self.client.stop_pipeline_execution(PipelineExecutionArn=execution["PipelineExecutionArn"])
                self.wait(execution["PipelineExecutionArn"])
            self.client.delete_pipeline(PipelineName=name)


@pytest.fixture
def bench() -> Bench:
    """Executions on a SageMaker made for the test."""
    return Bench()


@pytest.fixture(scope="session")
def role_arn(stack: Any) -> Iterator[str]:
    """A role that SageMaker may assume and that may do everything."""
    iam = stack.client("iam")
    role = iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]
    iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="all", PolicyDocument=json.dumps(_EVERYTHING))
    yield role["Arn"]
    iam.delete_role_policy(RoleName=ROLE_NAME, PolicyName="all")
    iam.delete_role(RoleName=ROLE_NAME)


@pytest.fixture
def pipelines(stack: Any, role_arn: str) -> Iterator[Pipelines]:
    """Pipelines that are gone when the test is over."""
    made = Pipelines(stack, role_arn)
    yield made
    made.clean()


@pytest.fixture
def bucket(stack: Any) -> Iterator[Callable[[str, str], None]]:
    """An empty bucket `pipelines-test`; call it with a key and a text to put an object."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=BUCKET)

    def put(key: str, text: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())

    yield put
    for listed in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for item in listed.get("Contents", ()):
            s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    s3.delete_bucket(Bucket=BUCKET)
