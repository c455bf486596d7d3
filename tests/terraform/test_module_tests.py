"""Runs the modules' own tests (*.tftest.hcl), and checks that they refuse what each validation is there to refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import tftest

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = [".", *sorted(f"modules/{path.parent.name}" for path in (PROJECT / "modules").glob("*/versions.tf"))]
_VARIABLE = re.compile(r'^variable "([^"]+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"expect_failures = \[(.*?)\]", re.DOTALL)


def _test_files(folder: str) -> list[Path]:
    return sorted((PROJECT / folder / "tests").glob("terraform/*.tftest.hcl" if folder == "." else "*.tftest.hcl"))


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_module_passes_its_own_tests(folder: str, initialised: Callable[[str], tftest.TerraformTest]) -> None:
    directory = ["-test-directory=tests/terraform"] if folder == "." else []
    result = initialised(folder).execute_command("test", "-no-color", *directory)
    assert re.search(r"Success! [1-9]\d* passed, 0 failed", result.out), result.out


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_validation_has_a_run_that_it_fails(folder: str) -> None:
    expected = [names for path in _test_files(folder) for names in _EXPECTED.findall(path.read_text(encoding="utf-8"))]
    variables = "".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / folder).glob("*.tf")))
    for name, body in _VARIABLE.findall(variables):
        rules = body.count("  validation {")
        runs = sum(bool(re.search(rf"\bvar\.{name}\b", names)) for names in expected)
        assert runs >= rules, f"{folder}: {name} has {rules} validations and {runs} runs with expect_failures"


def test_every_precondition_has_a_run_that_it_fails() -> None:
    for folder in FOLDERS:
        tests = "".join(path.read_text(encoding="utf-8") for path in _test_files(folder))
        for path in (PROJECT / folder).glob("*.tf"):
            blocks = re.split(r"^(?=resource|data)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            for block in blocks:
                conditions = len(re.findall(r"^ +(?:pre|post)condition \{", block, re.MULTILINE))
                if conditions:
                    kind, resource_type, name = re.match(r'(\w+) "(\w+)" "(\w+)"', block).groups()
                    address = f"{'data.' if kind == 'data' else ''}{resource_type}.{name}"
                    assert tests.count(f"expect_failures = [{address}]") >= conditions, f"{folder}: {address}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_check_has_a_run_that_it_fails(folder: str) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in _test_files(folder))
    expected = " ".join(_EXPECTED.findall(tests))
    for path in sorted((PROJECT / folder).glob("*.tf")):
        for name in re.findall(r'^check "([^"]+)" \{', path.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"\bcheck\.{name}\b", expected), f"{folder}: no run fails check {name}"
