"""What a user reads when a job's role may not read its input or write its output."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from localaws.api.errors import AwsError

from .world import BUCKET, XGBOOST, World, labelled_csv

WRITES = "from pathlib import Path; Path('/opt/ml/processing/out').mkdir(exist_ok=True)\n" + (
    "for name in 'ab': Path('/opt/ml/processing/out', name).write_text(name)"
)


def reads(*prefixes: str) -> list[dict[str, Any]]:
    """Statements that let a role list the bucket and read these prefixes."""
    objects = [f"arn:aws:s3:::{BUCKET}/{prefix}/*" for prefix in prefixes]
    return [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
    ]


def writes(prefix: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/{prefix}/*"}


def refusal(role: str, action: str, resource: str) -> str:
    session = f"arn:aws:sts::123456789012:assumed-role/{role.rpartition('/')[2]}/SageMaker"
    return (
        f'AccessDenied: User: {session} is not authorized to perform: {action} on resource: "arn:aws:s3:::{resource}" '
        f"because no identity-based policy allows the {action} action"
    )


@pytest.fixture(scope="module")
def data(world: World) -> str:
    return world.put("forbidden/in/train.csv", labelled_csv())


def test_a_processing_job_that_may_not_read(world: World, data: str) -> None:
    role = world.new_role(*reads("code"))
    inputs = {"data": (data, "/opt/ml/processing/input/data")}
    name = world.processing("print('never')", RoleArn=role, inputs=inputs)
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        f"ClientError: Failed to download data. Unable to download object {data} "
        f"({refusal(role, 's3:GetObject', f'{BUCKET}/forbidden/in/train.csv')})"
    )
    assert world.log("ProcessingJob", name) == []


def test_a_job_that_may_not_list(world: World) -> None:
    role = world.new_role(*reads("code")[1:])
    described = world.finish("ProcessingJob", world.processing("print('never')", RoleArn=role))
    assert refusal(role, "s3:ListBucket", BUCKET) in described["FailureReason"]


@pytest.mark.parametrize("mode", ["EndOfJob", "Continuous"])
def test_a_processing_job_that_may_not_write(world: World, mode: str) -> None:
    role = world.new_role(*reads("code"), writes("forbidden/other"))
    outputs = {"out": (f"s3://{BUCKET}/forbidden/{mode}", "/opt/ml/processing/out")}
    name = world.processing(WRITES, RoleArn=role, outputs=outputs, mode=mode)
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        f"ClientError: Failed to upload output data. Unable to upload object s3://{BUCKET}/forbidden/{mode}/a "
        f"({refusal(role, 's3:PutObject', f'{BUCKET}/forbidden/{mode}/a')})"
    )
    assert world.keys(f"forbidden/{mode}") == []


def test_a_training_job_that_may_not_write(world: World, data: str) -> None:
    role = world.new_role(*reads("forbidden/in"))
    name = world.training({"train": data}, {"num_round": "1", "objective": "binary:logistic"}, RoleArn=role)
    described = world.finish("TrainingJob", name)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Failed", "Failed")
    key = f"models/{name}/output/model.tar.gz"
    assert described["FailureReason"] == (
        f"ClientError: Artifact upload failed:Unable to upload object s3://{BUCKET}/{key} "
        f"({refusal(role, 's3:PutObject', f'{BUCKET}/{key}')})"
    )
    assert "ModelArtifacts" not in described
    assert world.keys(f"models/{name}") == []


def test_a_training_job_that_may_not_read(world: World, data: str) -> None:
    role = world.new_role(*reads("code"), writes("models"))
    name = world.training({"train": data}, {"num_round": "1", "objective": "binary:logistic"}, RoleArn=role)
    described = world.finish("TrainingJob", name)
    assert described["FailureReason"] == (
        f"ClientError: Data download failed:Unable to download object {data} "
        f"({refusal(role, 's3:GetObject', f'{BUCKET}/forbidden/in/train.csv')})"
    )


def test_an_artifact_in_parts(world: World, data: str) -> None:
    """A model above the transfer manager's threshold goes up in parts: refused at the first request, none is left."""
    role = world.new_role(*reads("code"))
    script = "from pathlib import Path\nimport os\nPath('/opt/ml/processing/out').mkdir(exist_ok=True)\n" + (
        "Path('/opt/ml/processing/out/big').write_bytes(os.urandom(9 << 20))"
    )
    outputs = {"out": (f"s3://{BUCKET}/forbidden/parts", "/opt/ml/processing/out")}
    described = world.finish("ProcessingJob", world.processing(script, RoleArn=role, outputs=outputs))
    assert refusal(role, "s3:PutObject", f"{BUCKET}/forbidden/parts/big") in described["FailureReason"]
    assert "Uploads" not in world.s3.list_multipart_uploads(Bucket=BUCKET)


def test_a_model_whose_artifact_the_role_may_not_read(world: World) -> None:
    url = world.put("forbidden/model.tar.gz", b"")
    request = {
        "ModelName": f"model-{uuid.uuid4().hex[:8]}",
        "ExecutionRoleArn": world.new_role(*reads("code")),
        "PrimaryContainer": {"Image": XGBOOST, "ModelDataUrl": url},
    }
    with pytest.raises(AwsError) as refused:
        world.call("CreateModel", **request)
    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith(f"Could not access model data at {url}. Please ensure that the role ")
    world.call("CreateModel", **{**request, "ExecutionRoleArn": world.new_role(*reads("forbidden"))})
