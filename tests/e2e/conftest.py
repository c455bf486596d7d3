"""The project as a user has it, and a demo that is left running for the tests to look around in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_process import PROJECT, Kept, start_demo, with_stack_log

_NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "build", ".terraform", "*_cache", "__pycache__", "*.egg-info")
# The provider waits 55 s after a lifecycle configuration, whatever the server says.
_NO_LIFECYCLE = 'resource "aws_s3_bucket_lifecycle_configuration" "this" {\n  count = 0\n}\n'


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the working tree in which an apply takes seconds."""
    return _copy(tmp_path_factory.mktemp("checkout"))


def _copy(folder: Path) -> Path:
    copy = folder / "project"
    shutil.copytree(PROJECT, copy, ignore=_NOT_COPIED)
    (copy / "modules" / "storage" / "quick_override.tf").write_text(_NO_LIFECYCLE)
    return copy


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """One kept demo for all tests that only add to it; the last of them may destroy what was applied."""
    # Of its own: other tests of the session run whole demos in `project`.
    project = _copy(tmp_path_factory.mktemp("kept"))
    with start_demo(project, "--keep") as demo:
        said, _ = demo.communicate(timeout=300)
    try:
        assert demo.returncode == 0, with_stack_log(project, said)
        exports = "\n".join(re.findall(r"^  (export .*|eval .*)$", said, re.MULTILINE))
        dump = "import json, os; print(json.dumps(dict(os.environ)))"
        script = f'{exports}\nexec "$0" -c "$1"'
        environment = {**os.environ, "PYTHONPATH": str(project / "python")}
        dumped = subprocess.run(
            ["sh", "-ec", script, sys.executable, dump], env=environment, capture_output=True, text=True, check=True
        )
        yield Kept(project, said, json.loads(dumped.stdout))
    finally:
        with start_demo(project, "--down") as end:
            end.communicate(timeout=60)
        assert end.returncode == 0
