"""The README's commands, typed in order in a fresh clone, by a user with an account of her own in the environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from demo_process import BIN, PROJECT, without_make
from terminal import Terminal
from test_documents import commands

pytestmark = pytest.mark.slow

# The provider asks before it changes anything, and `make destroy` before it deletes data.
ANSWERS = {"Enter a value:": "yes", "Type jane to go on: ": "jane"}
# What has its own tests: it runs a whole system, or all of them.
NOT_TYPED = ("make demo", "make test")


@pytest.fixture
def user(tmp_path: Path) -> dict[str, str]:
    """A user's environment: no virtual environment, a real account, and a HOME with nothing in it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    # The AWS CLI that the README asks for, and uv, with which the environment is made in seconds.
    for name in ("aws", "uv"):
        (tools / name).symlink_to(BIN / name)
    cache = subprocess.run([BIN / "uv", "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    home = tmp_path / "home"
    home.mkdir()
    path = [folder for folder in os.environ["PATH"].split(":") if Path(folder) != BIN]
    kept = {
        name: value
        for name, value in without_make(os.environ).items()
        if not name.startswith(("AWS_", "LOCALAWS_", "VIRTUAL"))
    }
    return kept | {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_ENDPOINT_URL_SAGEMAKER": "https://api.sagemaker.us-east-1.amazonaws.com",
        "HOME": str(home),
        "PATH": ":".join([str(tools), *path]),
        "UV_CACHE_DIR": cache,
    }


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """What `git clone` gives, with an apply that takes seconds."""
    return Path(
        shutil.copytree(project, tmp_path / "clone", ignore=shutil.ignore_patterns("build", "terraform.tfvars"))
    )


def typed() -> list[str]:
    """The README's commands: the blocks in order, and those of the table of tasks before the last block."""
    text = (PROJECT / "README.md").read_text()
    table = re.findall(r"^\| \d+ \| .* \| `(.*)` \|$", text, re.MULTILINE)
    assert len(table) == 5
    lines = [line for line in commands("README.md") if not line.startswith(NOT_TYPED)]
    last = lines.index("make destroy STUDENT_ID=jane")
    return [*lines[:last], *table, *lines[last:]]


@pytest.mark.full
def test_the_readme_s_commands_run_in_order_in_a_fresh_clone(clone: Path, user: dict[str, str]) -> None:
    with Terminal(clone, user) as terminal:
        try:
            for line in typed():
                code, shown = terminal.type(line, ANSWERS)
                assert code == 0, f"{line}\n{shown}"
                if line.startswith("eval"):
                    assert "123456789012" in terminal.type("aws sts get-caller-identity")[1]
            code, shown = terminal.type("aws sts get-caller-identity")
            assert code != 0, "the stack has ended, and nothing else answers"
            assert "Could not connect to the endpoint URL" in shown
        finally:
            terminal.type("localaws down")
    assert not (Path(user["HOME"]) / ".local/state/localaws/work").exists()


def test_without_localaws_up_the_shell_reaches_no_account(clone: Path, user: dict[str, str]) -> None:
    with Terminal(clone, user) as terminal:
        code, shown = terminal.type(f'eval "$({BIN}/localaws env)"')
        assert code == 1
        assert "no stack is running: start one with `localaws up`" in shown
        code, shown = terminal.type("aws sts get-caller-identity --region us-east-1")
        assert code != 0
        assert "Unable to locate credentials" in shown
        code, shown = terminal.type("env | grep -c AKIAREAL")
        assert code == 1
