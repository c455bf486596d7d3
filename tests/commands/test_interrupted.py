"""Ctrl-C leaves tuning and transform jobs running and says how to go on; a job that another stopped is told as that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from published_requests import SAMPLE, bootstrap_model, publish_transform, publish_tuning, tuning_requests

pytestmark = pytest.mark.slow

MLOPS = str(Path(sys.executable).with_name("mlops"))


def interrupted(stack: dict[str, str], sign: str, *arguments: str) -> tuple[str, str]:
    """What `mlops run …` says until a Ctrl-C that follows the first line with `sign` in it, and on standard error."""
    with subprocess.Popen(
        [MLOPS, "run", *arguments], env=stack, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        said = ""
        for line in child.stdout:
            said += line
            if sign in line:
                break
        os.kill(child.pid, signal.SIGINT)
        rest, errors = child.communicate(timeout=30)
    assert child.returncode == 130, said + rest + errors
    assert "Traceback" not in errors
    return said + rest, errors


def ended(stack: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MLOPS, "run", *arguments], env=stack, capture_output=True, text=True, check=False)


def test_a_tuning_job_goes_on_after_ctrl_c(
    stack: dict[str, str], student: str, bucket: str, sagemaker: Any, role_arn: str, tmp_path: Path
) -> None:
    document = tuning_requests(bucket, role_arn)
    document["request"]["TrainingJobDefinition"]["StaticHyperParameters"]["num_round"] = "1000000"
    publish_tuning(bucket, student, document)
    said, errors = interrupted(stack, "  #  State", "tuning", student)
    name = said.splitlines()[1]
    assert f"  mlops run tuning {student} --job {name}\n" in errors
    described = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert described["HyperParameterTuningJobStatus"] == "InProgress"

    stop = errors.splitlines()[-1].split()
    assert stop[:3] == ["aws", "sagemaker", "stop-hyper-parameter-tuning-job"]
    aws = str(Path(sys.executable).with_name("aws"))
    subprocess.run([aws, *stop[1:]], env=stack, check=True)
    done = ended(stack, "tuning", student, "--job", name, "--output", str(tmp_path))
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "Stopped: somebody stopped it")


def test_a_transform_job_goes_on_after_ctrl_c(
    stack: dict[str, str], student: str, bucket: str, sagemaker: Any, role_arn: str
) -> None:
    publish_transform(bucket, student)
    bootstrap_model(bucket, student, sagemaker, role_arn)
    boto3.client("s3").put_object(Bucket=bucket, Key="slow/rows.csv", Body=SAMPLE * 50)
    arguments = ("--input", "slow/", "--strategy", "SingleRecord", "--concurrent", "1")
    said, errors = interrupted(stack, "InProgress", "transform", student, *arguments)
    name = said.splitlines()[0]
    assert f"  mlops run transform {student} --job {name}\n" in errors
    stop = errors.splitlines()[-1].split()
    assert stop == ["aws", "sagemaker", "stop-transform-job", "--transform-job-name", name]
    sagemaker.stop_transform_job(TransformJobName=name)
    done = ended(stack, "transform", student, "--job", name)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "Stopped: it was stopped")
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix="batch-output/")
    assert "Contents" not in listed, "nothing half-written"
