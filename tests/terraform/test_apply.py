"""Apply, empty second plan, refused destroy, destroy: the root against the local stack, as a user reaches it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import tftest
from provider_process import serve_provider
from serving_checks import check_answers, check_deployment_from_outside, check_nothing_left, traffic

pytestmark = pytest.mark.full

STUDENT = {"student_id": "tf-tester", "endpoint": "{deployment_wait_seconds=0}"}
GROUP = "xgboost-models-tf-tester"
BUCKET = "sagemaker-tf-tester"


@pytest.fixture(scope="module")
def applied(
    workspace: Path, stack_environment: dict[str, str], provider: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tftest.TerraformTest]:
    """The root, applied in a checkout and a state of its own; what a test leaves goes with the stack."""
    folder = tmp_path_factory.mktemp("applied")
    shutil.copytree(workspace, folder, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns(".terraform*"))
    root = tftest.TerraformTest(str(folder))
    with serve_provider(provider, stack_environment) as shared:
        root.env = shared | {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        root.setup()
        root.apply(tf_vars=STUDENT)
        yield root


def _client(service: str, environment: dict[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def _plan(root: tftest.TerraformTest, **variables: str) -> tuple[int, str]:
    """The exit code (0: nothing to change) and what the plan says."""
    given = (f"-var={name}={value}" for name, value in (STUDENT | variables).items())
    done = root.execute_command("plan", "-input=false", "-no-color", "-detailed-exitcode", *given)
    return done.retcode, " ".join(f"{done.out}{done.err}".split())


def _plan_exit_code(root: tftest.TerraformTest) -> int:
    return _plan(root)[0]


def _mlops(environment: dict[str, str], *arguments: str) -> str:
    """What the command says; it ends well."""
    command = [str(Path(sys.executable).with_name("mlops")), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_stack_is_whole_then_refuses_then_goes(
    applied: tftest.TerraformTest, stack_environment: dict[str, str]
) -> None:
    """One story, for its steps need each other: what stands, what a plain destroy refuses, that nothing is left."""
    sagemaker, s3 = (_client(service, stack_environment) for service in ("sagemaker", "s3"))
    outputs = applied.output()
    assert outputs["pipeline_name"] == "MLPipeline-tf-tester"
    assert outputs["bucket"] == BUCKET

    pipeline = sagemaker.describe_pipeline(PipelineName=outputs["pipeline_name"])
    bucket, key = outputs["definition_uri"].removeprefix("s3://").split("/", 1)
    published = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert pipeline["PipelineDefinition"] == published
    assert pipeline["RoleArn"] == outputs["pipeline_role_arn"]
    assert _plan_exit_code(applied) == 0

    # What create_pipeline.py does is no change either.
    sagemaker.update_pipeline(PipelineName=outputs["pipeline_name"], PipelineDefinition=published)
    assert _plan_exit_code(applied) == 0

    def client(service: str) -> Any:
        return _client(service, stack_environment)

    check_answers(outputs, client)
    check_deployment_from_outside(outputs, client)
    assert _plan_exit_code(applied) == 0

    # Other settings change nothing, and are said until a deployment brings what the variables ask for.
    asked = {"endpoint": "{deployment_wait_seconds=0, capture_percent=10}"}
    name = outputs["endpoint_name"]
    assert "settings_in_service" not in _plan(applied, **asked)[1], (
        "a name of another's choice says nothing of settings"
    )
    assert f"Deployed: {name} serves" in _mlops(stack_environment, "deploy", "tf-tester", outputs["model_name"])
    assert f"Endpoint {name} goes on with the configuration {name}-" in _plan(applied)[1], "it captured nothing"
    _mlops(stack_environment, "deploy", "tf-tester", "--capture-percent", "10")
    code, said = _plan(applied)
    assert (code, "which differs from these inputs in capture. To bring" in said) == (0, True), said
    code, said = _plan(applied, **asked)
    assert (code, "goes on with" in said) == (0, False), said
    # Nor does its end go while it bills for instances.
    code, said = _plan(applied, endpoint="{deployment_wait_seconds=0, serverless={}}")
    assert (code, "in capture and in serverless. To bring" in said) == (0, True), said

    uploaded = json.loads(published)["Steps"][0]["Arguments"]["ProcessingInputs"][-1]["S3Input"]["S3Uri"]
    prefix = uploaded.removeprefix(f"s3://{BUCKET}/")
    assert s3.head_object(Bucket=BUCKET, Key=f"{prefix}/run.py")["ServerSideEncryption"] == "AES256"

    sagemaker.create_model_package(
        ModelPackageGroupName=GROUP,
        InferenceSpecification={
            "Containers": [{"Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    s3.put_object(Bucket=BUCKET, Key="pipeline/report/1/report.json", Body=b"{}")
    with traffic(outputs, client) as answered, pytest.raises(tftest.TerraformTestError) as refusal:
        applied.destroy(tf_vars=STUDENT)
    assert answered[0] > 0
    message = " ".join(str(refusal.value).split())
    assert "make destroy STUDENT_ID=tf-tester" in message
    assert GROUP in message
    assert "BucketNotEmpty" in message, message[-3000:]

    _mlops(stack_environment, "empty", "tf-tester", "--yes")
    applied.destroy(tf_vars=STUDENT)
    check_nothing_left(client)
    assert sagemaker.list_pipelines()["PipelineSummaries"] == []
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    assert BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    roles = _client("iam", stack_environment).list_roles()["Roles"]
    assert [role["RoleName"] for role in roles if role["RoleName"].startswith("mlops-")] == []
