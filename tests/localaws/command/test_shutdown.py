"""Ending the stack ends what it started."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from localaws import background

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py312"


def processes_with(marker: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in command:
                found.append(int(entry.name))
    return found


def start_sleeping_job(stack: Any) -> str:
    """Start a job that does nothing for long; the word by which its processes are found."""
    role = stack.client("iam").create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    marker = f"marker-{uuid.uuid4().hex}"
    sagemaker = stack.client("sagemaker")
    sagemaker.create_processing_job(
        ProcessingJobName="sleeper",
        RoleArn=role,
        AppSpecification={
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "-c", "import time; time.sleep(600)"],
            "ContainerArguments": [marker],
        },
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 1}
        },
    )
    deadline = time.monotonic() + 30
    while not processes_with(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_with(marker), sagemaker.describe_processing_job(ProcessingJobName="sleeper")
    return marker


def test_down_ends_the_processes_of_running_jobs(own_stack: Any) -> None:
    marker = start_sleeping_job(own_stack)
    started = time.monotonic()
    assert background.down(own_stack.home)
    assert time.monotonic() - started < 10
    assert processes_with(marker) == []
    assert not own_stack.home.work_dir.exists()
