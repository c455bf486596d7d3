"""Transform jobs on a stack process, as its clients see them."""

from __future__ import annotations

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
import numpy as np
import xgboost

from localaws.state import Home, RunningStack

REGION, ACCOUNT, BUCKET = "us-east-1", "123456789012", "transform"
REGISTRY = f"683313688378.dkr.ecr.{REGION}.amazonaws.com"
XGBOOST, SKLEARN = f"{REGISTRY}/sagemaker-xgboost:3.0-5", f"{REGISTRY}/sagemaker-scikit-learn:1.4-2-cpu-py3"
LOG_GROUP = "/aws/sagemaker/TransformJobs"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
FEATURES = 4
_ENDED = ("Completed", "Failed", "Stopped")


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def rows(count: int, seed: int = 3) -> np.ndarray[Any, Any]:
    """Rows of numbers that print and read back alike."""
    return np.random.default_rng(seed).normal(size=(count, FEATURES)).round(4)


def csv_of(data: np.ndarray[Any, Any]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in data.tolist())


def packed(files: dict[str, bytes]) -> bytes:
    """A model.tar.gz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@dataclass
class World:
    """The stack and an administrator's clients."""

    home: Home
    running: RunningStack

    def client(self, service: str) -> Any:
        keys = {
            "aws_access_key_id": self.running.access_key_id,
            "aws_secret_access_key": self.running.secret_access_key,
        }
        session = boto3.Session(region_name=REGION, **keys)
        return session.client(service, endpoint_url=self.running.endpoint_url)  # type: ignore[call-overload]

    @cached_property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    @cached_property
    def logs(self) -> Any:
        return self.client("logs")

    @cached_property
    def s3(self) -> Any:
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        return s3

    @cached_property
    def role(self) -> str:
        return self.new_role({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})

    def new_role(self, *statements: dict[str, Any]) -> str:
        """A role that SageMaker may take, with these permissions; its ARN."""
        iam, name = self.client("iam"), unique("role")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)
        return arn

    @cached_property
    def booster(self) -> Any:
        data = rows(500, seed=1)
        label = (data[:, 0] + 0.5 * data[:, 1] > 0).astype(int)
        return xgboost.train({"objective": "binary:logistic", "max_depth": 3}, xgboost.DMatrix(data, label=label), 10)

    @cached_property
    def model(self) -> str:
        """An XGBoost model of four features."""
        return self.new_model(self.xgboost_container)

    @cached_property
    def xgboost_container(self) -> dict[str, Any]:
        archive = packed({"xgboost-model": bytes(self.booster.save_raw("ubj"))})
        return {"Image": XGBOOST, "ModelDataUrl": self.put(f"{unique('models')}/model.tar.gz", archive)}

    def script_container(self, script: str) -> dict[str, Any]:
        """A container that serves `script`."""
        archive = packed({"code/serve.py": script.encode()})
        environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
        uri = self.put(f"{unique('models')}/model.tar.gz", archive)
        return {"Image": SKLEARN, "ModelDataUrl": uri, "Environment": environment}

    def new_model(self, *containers: dict[str, Any], **changes: Any) -> str:
        name = unique("model")
        several = {"Containers": list(containers)} if len(containers) > 1 else {"PrimaryContainer": containers[0]}
        self.sagemaker.create_model(**{"ModelName": name, "ExecutionRoleArn": self.role, **several, **changes})
        return name

    def put(self, key: str, body: bytes | str) -> str:
        """Put an object; its URI."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def inputs(self, **objects: bytes | str) -> str:
        """Put objects below a prefix of their own (`__` in a name is a slash, `_` a dot); the prefix's URI."""
        prefix = unique("in")
        for name, body in objects.items():
            self.put(f"{prefix}/{name.replace('__', '/').replace('_', '.')}", body)
        return f"s3://{BUCKET}/{prefix}/"

    def below(self, uri: str) -> dict[str, bytes]:
        """The objects under a prefix by the rest of their key."""
        prefix = uri.removeprefix(f"s3://{BUCKET}/").rstrip("/") + "/"
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {
            item["Key"].removeprefix(prefix): self.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
            for item in listed
        }

    def request(self, source: str, **changes: Any) -> dict[str, Any]:
        """CreateTransformJob over CSV lines; `input` and `output` change TransformInput and TransformOutput."""
        name = changes.pop("name", None) or unique("transform")
        data = {"S3DataType": changes.pop("kind", "S3Prefix"), "S3Uri": source}
        made: dict[str, Any] = {
            "TransformJobName": name,
            "ModelName": changes.pop("model", None) or self.model,
            "TransformInput": {
                "DataSource": {"S3DataSource": data},
                "ContentType": "text/csv",
                "SplitType": "Line",
                **changes.pop("input", {}),
            },
            "TransformOutput": {
                "S3OutputPath": f"s3://{BUCKET}/out/{name}",
                "AssembleWith": "Line",
                "Accept": "text/csv",
                **changes.pop("output", {}),
            },
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        }
        return {**made, **changes}

    def start(self, source: str, **changes: Any) -> str:
        """Start a job; its name."""
        request = self.request(source, **changes)
        self.sagemaker.create_transform_job(**request)
        return str(request["TransformJobName"])

    def describe(self, name: str) -> dict[str, Any]:
        described: dict[str, Any] = self.sagemaker.describe_transform_job(TransformJobName=name)
        return described

    def run(self, source: str, **changes: Any) -> dict[str, Any]:
        """Run a job to its end; its description."""
        return self.finish(self.start(source, **changes))

    def finish(self, name: str) -> dict[str, Any]:
        self.wait(lambda: self.describe(name)["TransformJobStatus"] in _ENDED)
        return self.describe(name)

    def wait(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.05)

    def outputs(self, described: dict[str, Any]) -> dict[str, bytes]:
        """A completed job's output objects by their key below its output path."""
        assert described["TransformJobStatus"] == "Completed", described.get("FailureReason")
        return self.below(described["TransformOutput"]["S3OutputPath"])

    def failed(self, source: str, **changes: Any) -> dict[str, Any]:
        """Run a job that must fail; its description."""
        described = self.run(source, **changes)
        assert described["TransformJobStatus"] == "Failed"
        return described

    def log(self, job: str, suffix: str = "") -> list[str]:
        """The lines of the job's streams that end with `suffix`."""
        if not self.logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]:
            return []
        found = self.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{job}/")["logStreams"]
        lines: list[str] = []
        for stream in found:
            if (name := stream["logStreamName"]).endswith(suffix):
                events = self.logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=name, startFromHead=True)
                lines += [event["message"] for event in events["events"]]
        return lines
