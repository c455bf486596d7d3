"""`localaws env` without a stack: the shell that evaluates it reaches no AWS account."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

LOCALAWS = [sys.executable, "-m", "localaws"]


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("words", [["env"], ["env", "--nonsense"]])
def test_without_a_stack_the_shell_is_cut_off_from_aws(tmp_path: Path, shell: str, words: list[str]) -> None:
    environ = {**os.environ, "LOCALAWS_HOME": str(tmp_path)}
    real = {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_STS": "https://sts.amazonaws.com",
        "AWS_STS_ENDPOINT": "https://sts.amazonaws.com",
        "AWS_CONFIG_FILE": "/home/jane/.aws/config",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    aws = shlex.quote(str(Path(sys.executable).with_name("aws")))
    script = f"""
        eval "$({shlex.join([*LOCALAWS, *words])})" && echo went on
        {aws} sts get-caller-identity --region us-east-1
        env
    """
    done = subprocess.run([shell, "-c", script], env={**environ, **real}, capture_output=True, text=True, timeout=60)
    assert "went on" not in done.stdout
    assert "Account" not in done.stdout
    assert "Unable to locate credentials" in done.stderr
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1/localaws-is-not-running"
    assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert set(real) & set(variables) == {"AWS_CONFIG_FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}
    assert variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "false"
    strict = f'set -e; eval "$({shlex.join([*LOCALAWS, *words])})"; echo went on'
    assert "went on" not in subprocess.run([shell, "-c", strict], env=environ, capture_output=True, text=True).stdout
