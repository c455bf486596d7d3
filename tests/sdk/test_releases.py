"""Releases of SageMaker Python SDK v2 that notebooks pin: an upload and a job in a shell with `localaws env`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from first_models import SKLEARN

pytestmark = pytest.mark.full

SCRIPT = Path(__file__).with_name("assets") / "releases" / "process.py"
UV = str(Path(sys.executable).with_name("uv"))
# None: the release has no setting for it, or a schema that refuses it, and the script names a bucket.
RELEASES = {
    "2.130.0": None,
    "2.155.0": None,
    "2.162.0": "sagemaker-us-east-1-123456789012",
    "2.190.0": "sagemaker-us-east-1-123456789012",
    "2.200.0": "sagemaker-us-east-1-123456789012",
    "2.232.0": "sagemaker-us-east-1-123456789012",
    "2.257.0": "sagemaker-us-east-1-123456789012",
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with what all releases need: each of them is put in front of its newest one."""
    folder = tmp_path_factory.mktemp("releases") / "venv"
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    made = folder / "bin" / "python"
    subprocess.run([UV, "pip", "install", "-q", "--python", str(made), "sagemaker==2.257.0", "pytz"], check=True)
    return made


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_that_notebooks_pin_runs_a_job(
    release: str, python: Path, stack: dict[str, str], role_arn: str, tmp_path: Path
) -> None:
    sdk = tmp_path / "sdk"
    install = [UV, "pip", "install", "-q", "--no-deps", "--target", str(sdk), "--python", str(python)]
    subprocess.run([*install, f"sagemaker=={release}"], check=True)
    default = RELEASES[release]
    job = tmp_path / "job.py"
    job.write_text("print('it ran')\n")
    done = subprocess.run(
        [python, SCRIPT, role_arn, SKLEARN, job, "" if default else "a-bucket"],
        # The oldest releases were built for an older protobuf.
        env={
            **stack,
            "PYTHONPATH": f"{stack['PYTHONPATH']}:{sdk}",
            "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it ran" in done.stdout
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["version"] == release
    assert said["data"].startswith(f"s3://{default or 'a-bucket'}/data/")
    assert said["hosts"] == ["127.0.0.1"], "neither telemetry nor the real STS"
