"""A stack as a client sees it, and short ways to start jobs on it."""

from __future__ import annotations

import io
import itertools
import json
import tarfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from localaws.account import Account
from localaws.iam import RoleSession
from localaws.services.sagemaker.service import call
from localaws.session import local_session

REGION, ACCOUNT = "us-east-1", "123456789012"
_ACCOUNTS = itertools.count(210_000_000_000)
SKLEARN = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
XGBOOST = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:1.7-1"
BUCKET = "jobs-bucket"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PERMISSIONS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["cloudwatch:Get*", "iam:PassRole", "s3:*", "sagemaker:*"], "Resource": "*"},
    ],
}


def another_account() -> str:
    """An account that no other stack of this process has: moto keeps one state for a process, by account."""
    return str(next(_ACCOUNTS))


def administrator_keys(stack: Account) -> RoleSession:
    """The administrator's keys, for sessions whose calls the stack answers in process (`stack.session`)."""
    principals = stack.principals
    keys = principals.administrator_access_key_id, principals.administrator_secret_access_key
    return RoleSession(principals.administrator(), *keys, "")


def administrator(stack: Account) -> boto3.Session:
    """A session of the stack's administrator, over HTTP."""
    return local_session(administrator_keys(stack), stack.region, stack.endpoint_url)


@dataclass
class World:
    """The stack and an administrator's clients."""

    stack: Account
    s3: Any
    logs: Any
    role: str

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """One SageMaker operation, validated as the server does."""
        return call(self.stack, operation, request, self.stack.principals.administrator())

    def put(self, key: str, body: str | bytes) -> str:
        """Put an object; its URI."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return [item["Key"].removeprefix(prefix) for item in found]

    def tar_members(self, uri: str) -> dict[str, bytes]:
        with tarfile.open(fileobj=io.BytesIO(self.get(uri))) as archive:
            return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}  # type: ignore[union-attr]

    def finish(self, kind: str, name: str, seconds: float = 60) -> dict[str, Any]:
        """Wait for a job's end; its description."""
        record = self.stack.store.get(kind, name)
        assert record.done.wait(seconds), f"{name} still runs: {record.described}"
        return self.call(f"Describe{kind}", **{f"{kind}Name": name})

    def new_role(self, *statements: dict[str, Any]) -> str:
        """A role that SageMaker may take, with these permissions; its ARN."""
        iam, name = administrator(self.stack).client("iam"), f"role-{uuid.uuid4().hex[:8]}"
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="some", PolicyDocument=document)
        return str(role["Arn"])

    def wait(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.1)

    def log(self, kind: str, name: str) -> list[str]:
        group = f"/aws/sagemaker/{kind}s"
        if not self.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        streams = self.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
        if not streams:
            return []
        assert len(streams) == 1
        events = self.logs.get_log_events(
            logGroupName=group, logStreamName=streams[0]["logStreamName"], startFromHead=True
        )
        return [event["message"] for event in events["events"]]

    def processing(self, script: str, *, name: str = "", **changes: Any) -> str:
        """Start a processing job that runs `script`, uploaded to S3; its name."""
        name = name or f"proc-{uuid.uuid4().hex[:8]}"
        code = self.put(f"code/{name}/job.py", script)
        inputs = changes.pop("inputs", {})
        outputs = changes.pop("outputs", {})
        mode = changes.pop("mode", "EndOfJob")
        arguments = changes.pop("arguments", None)
        request: dict[str, Any] = {
            "ProcessingJobName": name,
            "RoleArn": self.role,
            "AppSpecification": {
                "ImageUri": SKLEARN,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/job.py"],
                **({"ContainerArguments": arguments} if arguments else {}),
            },
            "ProcessingResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
            },
            "ProcessingInputs": [
                _input(key, uri, path)
                for key, (uri, path) in {"code": (code, "/opt/ml/processing/input/code"), **inputs}.items()
            ],
        }
        if outputs:
            request["ProcessingOutputConfig"] = {
                "Outputs": [
                    {"OutputName": key, "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}
                    for key, (uri, path) in outputs.items()
                ]
            }
        self.call("CreateProcessingJob", **{**request, **changes})
        return name

    def training(self, channels: dict[str, str], hyperparameters: dict[str, str], **changes: Any) -> str:
        """Start a training job in the XGBoost image; its name."""
        name = changes.pop("name", None) or f"train-{uuid.uuid4().hex[:8]}"
        content_type = changes.pop("content_type", "text/csv")
        request: dict[str, Any] = {
            "TrainingJobName": name,
            "RoleArn": self.role,
            "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
            "HyperParameters": hyperparameters,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models/"},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        }
        if channels:
            request["InputDataConfig"] = [channel(key, uri, content_type) for key, uri in channels.items()]
        self.call("CreateTrainingJob", **{**request, **changes})
        return name


def _input(name: str, uri: str, path: str) -> dict[str, Any]:
    source = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": source}


def channel(name: str, uri: str, content_type: str | None) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    made: dict[str, Any] = {"ChannelName": name, "DataSource": {"S3DataSource": source}}
    return made | ({"ContentType": content_type} if content_type else {})


def labelled_csv(rows: int = 400, seed: int = 7) -> str:
    """CSV text with a label first that depends on the features."""
    import numpy as np

    generator = np.random.default_rng(seed)
    features = generator.normal(size=(rows, 4))
    label = (features[:, 0] + 0.5 * features[:, 1] + generator.normal(scale=0.5, size=rows) > 0).astype(int)
    return "".join(
        ",".join([str(one), *(f"{value:.6f}" for value in row)]) + "\n"
        for one, row in zip(label, features, strict=True)
    )
