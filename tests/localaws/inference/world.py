"""A stack process with hosted models, as its clients see it."""

from __future__ import annotations

import io
import json
import os
import tarfile
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from localaws import environment
from localaws.state import Home, RunningStack

REGION, ACCOUNT, BUCKET = "us-east-1", "123456789012", "hosting"
XGBOOST = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:3.0-5"
TINY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/tiny:1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PERMISSIONS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:*", "cloudwatch:DescribeAlarms", "sagemaker:InvokeEndpoint"],
            "Resource": "*",
        }
    ],
}
INSTANCE = {"InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def packed(**files: bytes) -> bytes:
    """A model.tar.gz; `__2f` in a name stands for a slash, `__` for a dot."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__2f", "/").replace("__", "."))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@dataclass
class Answer:
    """What came over the wire; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class World:
    """The stack, clients of its administrator, and short ways to models and endpoints."""

    home: Home
    running: RunningStack
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=128))

    def client(self, service: str) -> Any:
        session = boto3.Session(self.running.access_key_id, self.running.secret_access_key, region_name=REGION)
        config = Config(retries={"max_attempts": 0}, read_timeout=120)
        return session.client(service, endpoint_url=self.running.endpoint_url, config=config)  # type: ignore[call-overload]

    @cached_property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    @cached_property
    def runtime(self) -> Any:
        return self.client("sagemaker-runtime")

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    @cached_property
    def cloudwatch(self) -> Any:
        return self.client("cloudwatch")

    @cached_property
    def role(self) -> str:
        iam = self.client("iam")
        iam.create_role(RoleName="hosting", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="hosting", PolicyName="data", PolicyDocument=json.dumps(PERMISSIONS))
        self.s3.create_bucket(Bucket=BUCKET)
        return f"arn:aws:iam::{self.running.account_id}:role/hosting"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a child process (the aws CLI) that uses this stack."""
        kept = {name: value for name, value in os.environ.items() if name not in environment.unset_names(os.environ)}
        return {**kept, **environment.exports(self.running, self.home.sdk_config, os.environ)}

    def put(self, key: str, body: bytes) -> str:
        """Put an object; its URI."""
        assert self.role
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def model(self, answer: str = "a", *, image: str = TINY, artifact: bytes | None = None, **behaviour: Any) -> str:
        """A model of the tiny server (or of `image` with `artifact`); its name."""
        name = unique("model")
        content = json.dumps({"answer": answer, **behaviour}).encode()
        url = self.put(f"models/{name}/model.tar.gz", artifact or packed(behaviour__json=content))
        container = {"Image": image, "ModelDataUrl": url}
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=self.role, PrimaryContainer=container)
        return name

    def config(self, *models: str, weights: tuple[float, ...] = (), count: int = 1, **members: Any) -> str:
        """A configuration whose variants are called A, B, …; its name."""
        name = unique("config")
        variants = [
            {
                "VariantName": chr(ord("A") + number),
                "ModelName": model,
                "InitialVariantWeight": weights[number] if weights else 1.0,
                **INSTANCE,
                "InitialInstanceCount": count,
            }
            for number, model in enumerate(models)
        ]
        self.sagemaker.create_endpoint_config(**{"EndpointConfigName": name, "ProductionVariants": variants, **members})
        return name

    def endpoint(self, config: str, **members: Any) -> str:
        """An endpoint in service; its name."""
        name = unique("endpoint")
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config, **members)
        found = self.settled(name)
        assert found["EndpointStatus"] == "InService", found
        return name

    def describe(self, endpoint: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=endpoint)
        del found["ResponseMetadata"]
        return found

    def settled(self, endpoint: str, seconds: float = 60) -> dict[str, Any]:
        """The endpoint's description once nothing is under way."""
        return self.until(endpoint, lambda status: status not in ("Creating", "Updating", "RollingBack"), seconds)

    def until(self, endpoint: str, is_it: Callable[[str], bool], seconds: float = 60) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while not is_it((found := self.describe(endpoint))["EndpointStatus"]):
            assert time.monotonic() < end, found
            time.sleep(0.05)
        return found

    def update(self, endpoint: str, config: str, **members: Any) -> dict[str, Any]:
        """Update and wait for the end; the description."""
        self.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, **members)
        return self.settled(endpoint)

    def delete(self, endpoint: str) -> None:
        """Delete the endpoint and wait until it is gone."""
        self.sagemaker.delete_endpoint(EndpointName=endpoint)
        end = time.monotonic() + 60
        while True:
            try:
                self.describe(endpoint)
            except self.sagemaker.exceptions.ClientError:
                return
            assert time.monotonic() < end
            time.sleep(0.05)

    def invoke(
        self, endpoint: str, body: bytes = b"x", headers: Mapping[str, str] | None = None, route: str = "invocations"
    ) -> Answer:
        """One raw signed request."""
        url = f"{self.running.endpoint_url}/endpoints/{endpoint}/{route}"
        request = AWSRequest("POST", url, data=body, headers={"Content-Type": "text/csv", **(headers or {})})
        keys = Credentials(self.running.access_key_id, self.running.secret_access_key)
        SigV4Auth(keys, "sagemaker", REGION).add_auth(request)
        answer = self.pool.request("POST", url, body=body, headers=dict(request.headers.items()), retries=False)
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)

    def objects(self, prefix: str) -> dict[str, bytes]:
        """The objects under a prefix of the bucket."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {item["Key"]: self.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() for item in found}

    def metric(
        self, endpoint: str, name: str, variant: str = "A", wanted: float | None = None, statistic: str = "Sum"
    ) -> float:
        """A statistic of the last ten minutes; waits until it is `wanted`, which may take a moment to be published."""
        end = time.monotonic() + 10
        while True:
            now = datetime.now(UTC)
            points = self.cloudwatch.get_metric_statistics(
                Namespace="AWS/SageMaker",
                MetricName=name,
                Dimensions=[
                    {"Name": "EndpointName", "Value": endpoint},
                    {"Name": "VariantName", "Value": variant},
                ],
                StartTime=now - timedelta(minutes=10),
                EndTime=now + timedelta(minutes=1),
                Period=3600,
                Statistics=[statistic],
            )["Datapoints"]
            value = float(points[0][statistic]) if points else 0.0
            if wanted is None or value == wanted or time.monotonic() > end:
                return value
            time.sleep(0.2)
