"""What `make` says before it does anything that takes time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh clone as far as make can see."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH that holds nothing but what the recipes' own checks use."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("make", "bash", "sh", "awk", "date", "test", "touch", "env", "mkdir", "cp"):
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(os.path.realpath(found))
    (folder / "python3").symlink_to(os.path.realpath(sys.executable))
    return folder


def make(checkout: Path, tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(tools), "HOME": str(checkout), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, timeout=30
    )


def fake(tools: Path, name: str, script: str = "exit 0") -> None:
    (tools / name).unlink(missing_ok=True)
    (tools / name).write_text(f"#!/bin/bash\n{script}\n")
    (tools / name).chmod(0o755)


def test_a_bare_make_lists_the_targets(checkout: Path, tools: Path) -> None:
    listed = make(checkout, tools).stdout
    for target in ("install", "demo", "test", "check", "render", "apply", "destroy", "validate", "clean"):
        assert f"  make {target} " in listed
    assert max(map(len, listed.splitlines())) <= 100


@pytest.mark.parametrize("target", ["demo", "test", "check", "apply"])
def test_without_terraform_it_stops_at_once(target: str, checkout: Path, tools: Path) -> None:
    began = time.monotonic()
    done = make(checkout, tools, target, "STUDENT_ID=jane")
    assert done.returncode == 2
    assert time.monotonic() - began < 60
    assert "make: Terraform is not on the PATH: install it (https://developer.hashicorp.com/terraform/install)" in (
        done.stderr
    )
    assert not (checkout / ".venv").exists()


def test_an_old_python_is_refused(checkout: Path, tools: Path) -> None:
    fake(tools, "python3", "exit 1")
    done = make(checkout, tools, "install")
    assert done.returncode == 2
    assert "make: Python 3.11 or newer is needed" in done.stderr
    assert "PYTHON=/path/to/python3.12" in done.stderr


def test_a_python_given_by_hand_is_checked_too(checkout: Path, tools: Path) -> None:
    fake(tools, "python2", "exit 1")
    done = make(checkout, tools, "install", "PYTHON=python2")
    assert "Python 3.11 or newer is needed, and python2 is not" in done.stderr


@pytest.mark.parametrize("target", ["plan", "apply", "destroy", "validate"])
def test_without_a_student_it_asks_which(target: str, checkout: Path, tools: Path) -> None:
    fake(tools, "terraform")
    done = make(checkout, tools, target)
    assert f"make: which student? Say STUDENT_ID=…, e.g. make {target} STUDENT_ID=jane-doe7" in done.stderr
    assert not (checkout / ".venv").exists()


def test_install_does_nothing_the_second_time_until_pyproject_changes(checkout: Path, tools: Path) -> None:
    calls = checkout / "calls"
    venv = '[ "$1" = venv ] && mkdir -p .venv/bin && cp "$(command -v bash)" .venv/bin/python'
    fake(tools, "uv", f'echo "$@" >> {calls}; {venv}; exit 0')
    assert make(checkout, tools, "install").returncode == 0
    first = calls.read_text()
    assert "pip install --quiet" in first
    assert make(checkout, tools, "install").stdout == ""
    assert calls.read_text() == first
    later = time.time() + 5
    os.utime(checkout / "pyproject.toml", (later, later))
    assert make(checkout, tools, "install").returncode == 0
    assert calls.read_text() != first


def test_an_environment_that_was_cut_short_is_made_anew(checkout: Path, tools: Path) -> None:
    """Its Python is there, and pip is not."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    fake(checkout / ".venv" / "bin", "python", "exit 1")
    fake(tools, "python3", 'echo "$*" >> "$HOME/asked"; [[ $* != *venv* ]]')
    assert make(checkout, tools, "install").returncode == 2
    assert (checkout / "asked").read_text().splitlines()[-1] == "-m venv --clear .venv"
