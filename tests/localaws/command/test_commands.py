"""The `localaws` command, as a user runs it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import environment

LOCALAWS = [sys.executable, "-m", "localaws"]

# Each would give AWS's tools or Terraform other credentials, another endpoint or other API models.
REDIRECTING = (
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_DATA_PATH",
    "AWS_ENDPOINT_URL_A_NEW_SERVICE",
    "AWS_ROLE_ARN",
    "AWS_SETTING_OF_A_NEW_SDK",
    "AWS_STS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "TF_AWS_S3_ENDPOINT",
)


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    environ = {
        **os.environ,
        "LOCALAWS_HOME": str(tmp_path / "home"),
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_SESSION_TOKEN": "x",
        **dict.fromkeys(REDIRECTING, "x"),
        "NO_PROXY": "internal.example",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }
    yield environ
    subprocess.run([*LOCALAWS, "down"], env=environ, check=True, capture_output=True, timeout=60)


def localaws(environ: dict[str, str], *words: str, code: int = 0) -> str:
    done = subprocess.run([*LOCALAWS, *words], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


def test_up_status_env_logs_down(environ: dict[str, str]) -> None:
    assert localaws(environ, "status", code=3) == "localaws is not running\n"
    assert "start one with `localaws up`" in localaws(environ, "env", code=1)
    assert "start a stack with `localaws up`" in localaws(environ, "logs", code=1)
    first = localaws(environ, "up")
    url = first.split(" at ")[1].split(" ")[0]
    assert first.startswith("localaws is up at http://127.0.0.1:")
    assert str(Path(environ["LOCALAWS_HOME"]) / "stack.log") in first
    assert localaws(environ, "up").startswith(f"localaws was up already at {url}")
    assert "run `localaws down` first" in localaws(environ, "up", "--port", "1", code=1)
    assert "already runs at" in localaws(environ, "serve", code=1)
    assert localaws(environ, "status").startswith(f"localaws runs at {url}")
    assert f"localaws serves us-east-1 of account 123456789012 at {url}" in localaws(environ, "logs")
    home = Path(environ["LOCALAWS_HOME"])
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "stack.json").stat().st_mode & 0o777 == 0o600
    assert localaws(environ, "down") == "localaws is down\n"
    assert localaws(environ, "down") == "localaws was not running\n"
    assert localaws(environ, "status", code=3) == "localaws is not running\n"
    assert not (home / "stack.json").exists()
    assert not (home / "work").exists()


def test_the_environment_overrules_profiles_endpoints_and_proxies(environ: dict[str, str]) -> None:
    localaws(environ, "up", "--region", "eu-west-1", "--account-id", "210987654321")
    script = f"""
        eval "$({shlex.join(LOCALAWS)} env)"
        {shlex.quote(str(Path(sys.executable).with_name("aws")))} sts get-caller-identity --output json
        {shlex.quote(str(Path(sys.executable).with_name("aws")))} s3 mb s3://made-by-the-cli
        env
    """
    done = subprocess.run(["sh", "-ec", script], env=environ, capture_output=True, text=True, check=True, timeout=60)
    identity, rest = done.stdout.split("}", 1)
    assert json.loads(identity + "}")["Account"] == "210987654321"
    assert "make_bucket: made-by-the-cli" in rest
    variables = dict(line.split("=", 1) for line in rest.splitlines() if "=" in line)
    assert {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", *REDIRECTING} & set(variables) == set()
    assert variables["SAGEMAKER_ADMIN_CONFIG_OVERRIDE"] == os.devnull
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert variables["NO_PROXY"] == "internal.example,127.0.0.1,localhost"
    assert variables["AWS_PAGER"] == ""
    assert variables["SAGEMAKER_VALIDATE_ROLE"] == "false"
    assert variables["PYTHONPATH"].split(":")[0] == str(Path(environment.__file__).with_name("sdk_hook"))
    config = Path(variables["SAGEMAKER_USER_CONFIG_OVERRIDE"])
    assert config.read_text() == "SchemaVersion: '1.0'\n"
    best = config.with_name("no-telemetry.yaml").read_text()
    assert "DefaultS3Bucket: sagemaker-eu-west-1-210987654321" in best
    assert "TelemetryOptOut: true" in best


def test_serve_prints_its_url_and_ends_on_a_signal(environ: dict[str, str]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen(
            [*LOCALAWS, "serve", "--port", "0"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split(" at ")[1].strip()
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{url}/_localaws/health") as answer:
                assert json.load(answer)["pid"] == process.pid
            assert "runs in the foreground" in localaws(environ, "logs", code=1)
            process.send_signal(number)
            assert process.wait(timeout=20) == 0
        assert localaws(environ, "status", code=3) == "localaws is not running\n"


def test_a_port_in_use_is_said_so(environ: dict[str, str]) -> None:
    localaws(environ, "up")
    port = json.loads((Path(environ["LOCALAWS_HOME"]) / "stack.json").read_text())["endpoint_url"].rpartition(":")[2]
    other = {**environ, "LOCALAWS_HOME": environ["LOCALAWS_HOME"] + "-other"}
    words = localaws(other, "serve", "--port", port, code=1)
    assert f"port {port} of 127.0.0.1 cannot be used: Address already in use" in words
    assert "the stack did not start: localaws: port" in localaws(other, "up", "--port", port, code=1)


def test_a_killed_stack_counts_as_not_running(environ: dict[str, str]) -> None:
    localaws(environ, "up")
    state = Path(environ["LOCALAWS_HOME"]) / "stack.json"
    recorded = json.loads(state.read_text())
    os.kill(recorded["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while localaws_status(environ) == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert localaws(environ, "status", code=3) == "localaws is not running\n"
    # The process of another stack at the recorded endpoint is not this stack.
    other = {**environ, "LOCALAWS_HOME": environ["LOCALAWS_HOME"] + "-other"}
    localaws(other, "up")
    state.write_text(json.dumps({**json.loads((Path(other["LOCALAWS_HOME"]) / "stack.json").read_text()), "pid": 1}))
    assert localaws(environ, "down") == "localaws was not running\n"
    assert localaws(environ, "up").startswith("localaws is up at")
    localaws(other, "down")


def localaws_status(environ: dict[str, str]) -> int:
    return subprocess.run([*LOCALAWS, "status"], env=environ, capture_output=True, timeout=60, check=False).returncode


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["up", "--port", "70000"], "'70000' is not a TCP port (0 to 65535)"),
        (["up", "--account-id", "12"], "'12' is not an account id (12 digits)"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        ([], "required: COMMAND"),
    ],
)
def test_wrong_usage_is_explained(environ: dict[str, str], words: list[str], message: str) -> None:
    assert message in localaws(environ, *words, code=2)


def test_the_help_says_that_the_state_is_in_memory(environ: dict[str, str]) -> None:
    assert "in memory only" in localaws(environ, "--help")
    assert "in memory only" in localaws(environ, "up", "--help")


def test_the_page_of_operations_is_checked(environ: dict[str, str], tmp_path: Path) -> None:
    page = tmp_path / "operations.md"
    assert "is stale: run `localaws operations`" in localaws(
        environ, "operations", "--check", "--page", str(page), code=1
    )
    localaws(environ, "operations", "--page", str(page))
    assert "- [CreateModelPackageGroup](https://docs.aws.amazon.com/" in page.read_text()
    localaws(environ, "operations", "--check", "--page", str(page))
    page.write_text(page.read_text() + "x")
    localaws(environ, "operations", "--check", "--page", str(page), code=1)


def test_the_committed_page_of_operations_is_fresh() -> None:
    root = Path(__file__).parents[3]
    page = root / "docs" / "local-stack" / "operations.md"
    done = subprocess.run(
        [*LOCALAWS, "operations", "--check", "--page", str(page)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
