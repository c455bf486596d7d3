"""The directions of dependence that docs/architecture.md draws."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from import_graph import cycles, imported, imports

PYTHON = Path(__file__).resolve().parents[1] / "python"


def imports_of(folder: str, forbidden: tuple[str, ...], but: tuple[str, ...] = ()) -> list[str]:
    files = sorted((PYTHON / folder).rglob("*.py"))
    assert files, f"there is no python/{folder}"
    return [
        f"{file.relative_to(PYTHON)} imports {name}"
        for file in files
        for name in imported(PYTHON, file)
        if any(name == each or name.startswith(f"{each}.") for each in forbidden)
        and not any(name == each or name.startswith(f"{each}.") for each in but)
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden", "but"),
    [
        ("localaws", ("mlops",), ()),  # they meet over HTTP
        ("mlops", ("localaws", "moto"), ()),
        ("mlops/jobs", ("localaws", "mlops", "boto3", "botocore", "sagemaker"), ("mlops.jobs",)),  # runs in containers
    ],
)
def test_directions_of_dependence(folder: str, forbidden: tuple[str, ...], but: tuple[str, ...]) -> None:
    assert imports_of(folder, forbidden, but) == []


# Folder of mlops → the parts of mlops that it may import.
MAY_IMPORT = {
    "aws": ("mlops.aws",),
    "commands": ("mlops.aws", "mlops.commands", "mlops.deployment"),
    "demo": ("mlops.aws", "mlops.commands", "mlops.demo", "mlops.entry"),
    "deployment": ("mlops.aws.errors", "mlops.deployment"),
    "jobs": ("mlops.jobs",),
    "render": ("mlops.jobs", "mlops.render"),
    "validate": ("mlops.aws", "mlops.validate"),
}
# Files that may import one part more, which is their purpose.
MAY_IMPORT_AS_WELL = {
    "mlops/commands/data_report.py imports mlops.jobs.": "the checks of the preprocessing job",
    "mlops/commands/models_bootstrap.py imports mlops.render.": "a command that renders",
    "mlops/commands/render.py imports mlops.render.": "a command that renders",
    "mlops/render/__main__.py imports mlops.commands.render.": "an entry point",
    "mlops/validate/report.py imports mlops.__version__": "the report names its version",
}


def forbidden_imports(folder: str) -> list[str]:
    found = imports_of(f"mlops/{folder}", ("mlops",), MAY_IMPORT[folder])
    return [line for line in found if not line.startswith(tuple(MAY_IMPORT_AS_WELL))]


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_the_parts_of_mlops_import_one_way(folder: str) -> None:
    assert forbidden_imports(folder) == []


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_each_forbidden_part_of_mlops_is_seen(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.PYTHON", tmp_path)
    (tmp_path / "mlops" / folder).mkdir(parents=True)
    forbidden = sorted(part for part in MAY_IMPORT if f"mlops.{part}" not in MAY_IMPORT[folder])
    assert forbidden, "a part that may import every other"
    lines = [f"    from mlops import {part}\n    from mlops.{part}.names import x\n" for part in forbidden]
    (tmp_path / "mlops" / folder / "a.py").write_text("def f():\n" + "".join(lines))
    assert len(forbidden_imports(folder)) == 2 * len(forbidden)


def test_entry_points_are_thin() -> None:
    roots = {
        name.partition(".")[0] if not name.startswith("mlops.") else ".".join(name.split(".")[:2])
        for file in PYTHON.glob("*.py")
        for name in imported(PYTHON, file)
    }
    assert roots <= {"__future__", "sys", "mlops.commands", "mlops.entry"}
    assert {name for name in imported(PYTHON, PYTHON / "mlops" / "entry.py") if name.startswith("mlops.")} == {
        "mlops.aws.errors.CannotLookError",
        "mlops.aws.errors.UserError",
        "mlops.aws.errors.explain",
    }


def test_deployment_needs_boto3_and_the_standard_library_only() -> None:
    """It is packed into a Lambda function, with the one module outside that it imports."""
    files = [*(PYTHON / "mlops" / "deployment").glob("*.py"), PYTHON / "mlops" / "aws" / "errors.py"]
    roots = {name.partition(".")[0] for file in files for name in imported(PYTHON, file)}
    assert roots - set(sys.stdlib_module_names) <= {"boto3", "botocore", "mlops"}
    assert not list(imported(PYTHON, PYTHON / "mlops" / "aws" / "__init__.py"))


def test_every_part_of_mlops_has_a_direction() -> None:
    assert {path.parent.name for path in (PYTHON / "mlops").glob("*/*.py")} == set(MAY_IMPORT)


def test_only_rendering_uses_the_sagemaker_sdk() -> None:
    using = {line.split("/")[1] for line in imports_of("mlops", ("sagemaker",))}
    assert using == {"render"}


def test_mlops_has_no_import_cycle() -> None:
    assert cycles(imports(PYTHON, "mlops")) == []


def test_a_cycle_is_found(tmp_path: Path) -> None:
    package = tmp_path / "mlops" / "part"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from mlops.part import b\nfrom mlops.part.d import D\n")
    (package / "b.py").write_text("def f():\n    from . import c\n")
    (package / "c.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import A\n")
    (package / "d.py").write_text("import os\n")
    assert cycles(imports(tmp_path, "mlops")) == [["mlops.part.a", "mlops.part.b", "mlops.part.c"]]


def test_only_one_file_knows_python_terraform() -> None:
    knowing = {line.split()[0] for line in imports_of("mlops", ("python_terraform",))}
    assert knowing == {"mlops/aws/terraform.py"}


def test_a_forbidden_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.PYTHON", tmp_path)
    (tmp_path / "mlops" / "aws").mkdir(parents=True)
    (tmp_path / "mlops" / "aws" / "a.py").write_text("def f():\n    from localaws.stack import Stack\n")
    (tmp_path / "mlops" / "aws" / "b.py").write_text("from ..render import tokens\nfrom . import a\n")
    assert imports_of("mlops/aws", ("localaws", "mlops.render")) == [
        "mlops/aws/a.py imports localaws.stack.Stack",
        "mlops/aws/b.py imports mlops.render.tokens",
    ]
