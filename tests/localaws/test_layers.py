"""The layers of localaws: which package may import which, and that no module imports itself through others."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from import_graph import cycles, imports, packages

PYTHON = Path(__file__).resolve().parents[2] / "python"
CORE = {"api", "iam", "motobridge", "runtime", "store"}
COMMANDS = {"background", "cli", "environment", "memory", "operations", "permissions", "serve", "stack_lock", "state"}
# What each part may import; a part that is not here may import nothing.
ALLOWED: Mapping[str, set[str]] = {
    "__main__": {"cli"},
    "account": CORE | {"session"},
    "background": {"runtime", "state"},
    "cli": COMMANDS | {"iam", "runtime"},
    "environment": {"state"},
    "iam": {"api"},
    "motobridge": {"api", "iam"},
    "operations": {"services"},
    "permissions": {"iam", "services"},
    "runtime": {"api"},
    "serve": {"api", "environment", "memory", "motobridge", "runtime", "stack", "stack_lock", "state"},
    "server": CORE - {"runtime", "store"} | {"account"},
    "services": CORE | {"account", "images"},
    "session": {"iam"},
    "stack": {"account", "runtime", "server", "services", "state", "store"},
    "stack_lock": {"runtime"},
    "state": {"runtime", "stack_lock"},
    "store": {"api"},
}
# Below services: for all of them (a service imports none of the others), and the table of them.
SHARED, TABLE = {"events", "schedules", "targets"}, "table"
_FILES = (file.relative_to(PYTHON / "localaws") for file in (PYTHON / "localaws").rglob("*.py"))
PARTS = sorted({file.parts[0].removesuffix(".py") for file in _FILES} - {"__init__"})
FORBIDDEN = [(part, other) for part in PARTS for other in PARTS if other != part and other not in ALLOWED.get(part, ())]


@cache
def modules() -> dict[str, set[str]]:
    """Read by the tests, not by every process that collects them."""
    return imports(PYTHON, "localaws")


def violations(graph: Mapping[str, set[str]]) -> list[str]:
    """Imports against the table, and imports between services, which may call each other as targets only."""
    return [
        f"{name} imports {target}"
        for name, targets in sorted(graph.items())
        for target in sorted(targets)
        if not (_is_allowed(name, target) and _stays_in_service(name, target))
    ]


def _is_allowed(name: str, target: str) -> bool:
    part, other = (f"{module}.".split(".")[1] for module in (name, target))
    return part == other or other in ALLOWED.get(part, ())


def _stays_in_service(name: str, target: str) -> bool:
    package = "localaws.services."
    if not (name.startswith(package) and target.startswith(package)):
        return True
    own, other = (module.split(".")[2] for module in (name, target))
    return own in (TABLE, other) or other in SHARED


def test_imports_run_one_way() -> None:
    assert violations(modules()) == []


@pytest.mark.parametrize(("part", "other"), FORBIDDEN)
def test_a_forbidden_import_is_found(part: str, other: str) -> None:
    added = {f"localaws.{part}.new": {f"localaws.{other}.something"}}
    assert violations(modules() | added) == [f"localaws.{part}.new imports localaws.{other}.something"]


def test_an_import_of_another_service_is_found() -> None:
    added = {"localaws.services.scheduler.new": {"localaws.services.sagemaker.service"}}
    assert violations(modules() | added) == [
        "localaws.services.scheduler.new imports localaws.services.sagemaker.service"
    ]


@pytest.mark.parametrize("depth", [2, 3, 4, 9])
def test_there_is_no_cycle(depth: int) -> None:
    """Between packages, between the packages in them, and between modules."""
    assert cycles(packages(modules(), depth)) == []


def test_a_cycle_is_found() -> None:
    added = {"localaws.api.errors": modules()["localaws.api.errors"] | {"localaws.api.protocols"}}
    assert "localaws.api.protocols" in cycles(modules() | added)[0]


def test_only_motobridge_knows_moto() -> None:
    knowing = {
        file.relative_to(PYTHON).parts[1]
        for file in (PYTHON / "localaws").rglob("*.py")
        if re.search(r"^\s*(from|import) moto\b|sys\.modules\W+moto\.", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert knowing == {"motobridge"}


def test_a_start_loads_no_numpy() -> None:
    """It is a fifth of what a start loads, and only tuning and checksums of some clients need it."""
    program = (
        "import sys, localaws.stack; from localaws.services.sagemaker.service import operations; operations(); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
