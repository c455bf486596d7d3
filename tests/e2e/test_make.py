"""A student's own commands, `make apply` to `make destroy`, in a shell with the local stack's environment."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from demo_process import BIN, without_make

pytestmark = pytest.mark.full

ROW = b"39,State-gov,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,United-States"


@pytest.fixture
def checkout(project: Path, stack: dict[str, str]) -> Path:
    """A checkout with a bucket name of the student's own."""
    (project / "terraform.tfvars").write_text('bucket_name = "eves-own-bucket"\n')
    return project


def make(checkout: Path, stack: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """make with this environment's Python, as if `make install` had made it."""
    venv = str(Path(sys.prefix))
    return subprocess.run(
        ["make", "-o", f"{venv}/.installed", f"VENV={venv}", *arguments],
        cwd=checkout,
        env={**without_make(stack), "PYTHONPATH": str(checkout / "python")},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


@contextmanager
def asking(endpoint: str, row: bytes) -> Iterator[Counter[str]]:
    """Requests to an endpoint, one after the other, and how many ended how."""
    runtime, seen, done = boto3.client("sagemaker-runtime"), Counter[str](), threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=row)
                seen["answered"] += 1
            except ClientError as error:
                seen[error.response["Error"]["Code"]] += 1
                done.wait(0.05)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        yield seen
    finally:
        done.set()
        asker.join()


def test_from_apply_to_destroy(checkout: Path, stack: dict[str, str]) -> None:
    try:
        applied = make(checkout, stack, "apply", "STUDENT_ID=eve", "YES=1")
        assert applied.returncode == 0, applied.stdout + applied.stderr
        assert "No changes." in make(checkout, stack, "plan", "STUDENT_ID=eve").stdout

        other = make(checkout, stack, "apply", "STUDENT_ID=mallory", "YES=1")
        assert other.returncode == 2
        assert "the Terraform state here is eve's, and mallory's command would take that system over" in other.stderr
        assert make(checkout, stack, "destroy", "STUDENT_ID=mallory", "YES=1").returncode == 2

        outputs = subprocess.run(
            ["terraform", "output", "-raw", "pipeline_role_arn"],
            cwd=checkout,
            env=stack,
            capture_output=True,
            text=True,
        )
        created = subprocess.run(
            [sys.executable, "python/create_pipeline.py", "eve", outputs.stdout, "--bucket", "eves-own-bucket"],
            cwd=checkout,
            env=stack,
            capture_output=True,
            text=True,
        )
        assert created.stdout.startswith("unchanged MLPipeline-eve"), created.stderr
        ran = subprocess.run(
            [BIN / "mlops", "run", "pipeline", "eve"], env=stack, capture_output=True, text=True, timeout=300
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

        scored = make(checkout, stack, "validate", "STUDENT_ID=eve")
        assert scored.returncode == 0, scored.stderr
        assert "Error" not in scored.stderr
        required = make(checkout, stack, "validate", "STUDENT_ID=eve", "ARGS=--require 70")
        assert required.returncode == 2, "make's own code for a command that failed"
        assert re.search(r"^ 4  Model Registry +10/10$", scored.stdout, re.MULTILINE), scored.stdout

        asked = make(checkout, stack, "destroy", "STUDENT_ID=eve")
        assert asked.returncode == 2
        assert "pass --yes where you mean it" in asked.stderr
    finally:
        with asking("xgboost-endpoint-eve", ROW) as seen:
            destroyed = make(checkout, stack, "destroy", "STUDENT_ID=eve", "YES=1")
        (checkout / "terraform.tfvars").unlink()
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert "deleted 1 model versions" in destroyed.stdout
    assert "eves-own-bucket" not in [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
    assert boto3.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert set(seen) == {"answered", "ValidationError"}, seen  # none failed otherwise while the endpoint went
    names = [each["PipelineName"] for each in boto3.client("sagemaker").list_pipelines()["PipelineSummaries"]]
    assert "MLPipeline-eve" not in names
