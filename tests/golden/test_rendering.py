"""Rendering again gives what is committed: on any machine, in any environment, without the network."""

import json
import os
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[2]
RENDERED = ROOT / "rendered"
_HOSTILE = Path(__file__).parent / "hostile"

_SAGEMAKER_CONFIG = """\
SchemaVersion: '1.0'
SageMaker:
  ProcessingJob:
    RoleArn: arn:aws:iam::111122223333:role/of-the-machine
    Tags: [{Key: owner, Value: of-the-machine}]
  PythonSDK:
    Modules:
      Session: {DefaultS3Bucket: of-the-machine}
"""


@pytest.fixture
def hostile_environment(tmp_path: Path) -> dict[str, str]:
    """A user's machine that would change the result: another region, profile, default bucket, tags, hash seed."""
    aws, sagemaker = tmp_path / ".aws", tmp_path / ".config" / "sagemaker"
    aws.mkdir()
    sagemaker.mkdir(parents=True)
    (aws / "config").write_text("[default]\nregion = eu-central-1\n[profile other]\nregion = ap-south-1\n", "utf-8")
    (aws / "credentials").write_text("[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n", "utf-8")
    (sagemaker / "config.yaml").write_text(_SAGEMAKER_CONFIG, "utf-8")
    return {
        "AWS_DEFAULT_REGION": "sa-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_PROFILE": "other",
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": os.pathsep.join([str(_HOSTILE), str(ROOT / "python")]),
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(sagemaker / "config.yaml"),
        "TZ": "Asia/Kathmandu",
    }


def python(interpreter: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(interpreter), *arguments],
        env=environment,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_network_is_watched(render_python: Path, hostile_environment: dict[str, str]) -> None:
    fetch = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')"
    result = python(render_python, hostile_environment, "-c", fetch)
    assert result.returncode == 70
    assert "reached for the network" in result.stderr


def test_rendering_again_changes_nothing(render_python: Path, hostile_environment: dict[str, str]) -> None:
    result = python(render_python, hostile_environment, "-m", "mlops.render", "--check")
    assert result.stderr == ""
    assert result.returncode == 0, result.stdout
    assert "is up to date" in result.stdout


def test_a_change_is_found(render_python: Path, hostile_environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "rendered"
    for path in RENDERED.rglob("*.*"):
        target = folder / path.relative_to(RENDERED)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes().replace(b'"DefaultValue": 0.85', b'"DefaultValue": 0.8'))
    result = python(render_python, hostile_environment, "-m", "mlops.render", "--check", "--output", str(folder))
    assert result.returncode == 1
    changed = [line for line in result.stdout.splitlines() if line[0] in "+-" and line[1] not in "+-"]
    assert changed == ['-      "DefaultValue": 0.8,', '+      "DefaultValue": 0.85,'] * 3  # each of the three pipelines


_EVERY_URI = """
import json, sys
from mlops.render.offline import isolated_environment
with isolated_environment():
    from sagemaker.core import image_uris
    table = json.load(open(sys.argv[1], encoding="utf-8"))
    print(json.dumps([
        [framework, region, scope, image_uris.retrieve(framework, region, image["version"], py_version="py3",
                                                       instance_type="ml.m5.large", image_scope=scope)]
        for framework, image in table["images"].items() for region in table["regions"]
        for scope in ("training", "inference")
    ]))
"""


def test_every_image_uri_is_the_sdks_own(render_python: Path, hostile_environment: dict[str, str]) -> None:
    """Each region's URI for training and for serving, put together from images.json as Terraform does it."""
    path = RENDERED / "images.json"
    result = python(render_python, hostile_environment, "-W", "ignore", "-c", _EVERY_URI, str(path))
    assert result.returncode == 0, result.stderr
    table = json.loads(path.read_text(encoding="utf-8"))
    listed = json.loads(result.stdout)
    assert len(listed) == 4 * len(table["regions"])
    for framework, region, scope, uri in listed:
        place, image = table["regions"][region], table["images"][framework]
        built = f"{place[framework]}.dkr.ecr.{region}.{place['domain']}/{image['repository']}:{image['tag']}"
        assert built == uri, scope
