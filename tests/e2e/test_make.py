"""A student's own commands, `make apply` to `make destroy`, in a shell with the local stack's environment."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from demo_process import BIN

pytestmark = pytest.mark.slow


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
        env={**stack, "PYTHONPATH": str(checkout / "python")},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


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
        assert re.search(r"^ 4  Model Registry +10/10$", scored.stdout, re.MULTILINE), scored.stdout

        asked = make(checkout, stack, "destroy", "STUDENT_ID=eve")
        assert asked.returncode == 2
        assert "pass --yes where you mean it" in asked.stderr
    finally:
        destroyed = make(checkout, stack, "destroy", "STUDENT_ID=eve", "YES=1")
        (checkout / "terraform.tfvars").unlink()
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert "deleted 1 model versions" in destroyed.stdout
    assert "eves-own-bucket" not in [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
    names = [each["PipelineName"] for each in boto3.client("sagemaker").list_pipelines()["PipelineSummaries"]]
    assert "MLPipeline-eve" not in names
