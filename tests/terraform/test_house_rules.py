"""Rules that every module keeps: size, descriptions, order, versions, fresh documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.parent for path in (PROJECT / "modules").glob("*/versions.tf"))
FILES = sorted([*PROJECT.glob("*.tf"), *PROJECT.glob("modules/*/*.tf"), *PROJECT.glob("examples/*/*.tf")])
_BLOCK = re.compile(r'^(variable|output) "([^"]+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)


def _blocks_of(path: Path, wanted: str) -> list[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    return [(name, body) for kind, name, body in _BLOCK.findall(text) if kind == wanted]


def _blocks(path: Path) -> list[tuple[str, str]]:
    return [(name, body) for _, name, body in _BLOCK.findall(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_module_has_few_described_variables_in_order(module: Path) -> None:
    files = [_blocks_of(path, "variable") for path in module.glob("*.tf")]
    assert sum(len(variables) for variables in files) <= 12
    for variables in files:
        required = [name for name, body in variables if "\n  default " not in body]
        optional = [name for name, body in variables if "\n  default " in body]
        assert [name for name, _ in variables] == sorted(required) + sorted(optional)
    for name, body in (block for variables in files for block in variables):
        assert re.search(r'^  description = "[^"].*\."$', body, re.MULTILINE), f"{name}: the description is a sentence"
        assert not re.search(r"= any$", body, re.MULTILINE), f"{name}: a type is never any"
        if re.search(r"^  type += (map|set|list|object|bool)", body, re.MULTILINE) and "\n  default " in body:
            assert "nullable" in body, f"{name}: an optional collection is not nullable"


@pytest.mark.parametrize("module", [PROJECT, *MODULES], ids=lambda path: path.name)
def test_outputs_are_described_and_in_order(module: Path) -> None:
    outputs = _blocks(module / "outputs.tf")
    assert [name for name, _ in outputs] == sorted(name for name, _ in outputs)
    assert all(re.search(r'^  description = ".+\."$', body, re.MULTILINE) for _, body in outputs)


def test_versions_are_alike() -> None:
    with_provider = {path.read_text(encoding="utf-8") for path in FILES if path.name == "versions.tf"}
    without_provider = {text for text in with_provider if "aws" not in text}
    assert len(with_provider - without_provider) == 1
    assert len(without_provider) <= 1


def test_no_module_configures_a_provider_or_reads_outside_but_what_it_calls() -> None:
    for path in FILES:
        if path.is_relative_to(PROJECT / "modules"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^provider ", text, re.MULTILINE), path
            assert "../" not in text.replace('  source = "../job_role"\n', ""), path


def test_messages_name_the_value_that_was_given() -> None:
    """coalesce() passes over "", so a message made with it says "null" of an empty text; format("%v", …) takes both."""
    for path in FILES:
        messages = re.findall(r"^ +error_message = (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not [message for message in messages if re.search(r'coalesce\([^()]*"', message)], path


def test_root_composes_and_makes_nothing_of_aws() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("*.tf"))
    assert re.findall(r'^resource "(\w+)"', text, re.MULTILINE) == ["terraform_data"]


def test_module_documents_are_fresh() -> None:
    tool = PROJECT / "tools" / "module_docs.py"
    result = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
