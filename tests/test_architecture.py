"""The directions of dependence that docs/architecture.md draws."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PYTHON = Path(__file__).resolve().parents[1] / "python"


def imported(file: Path) -> Iterator[str]:
    """The absolute names of the modules that a file imports, at the top or anywhere inside."""
    package = file.relative_to(PYTHON).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join((*base, *([node.module] if node.module else [])))


def imports_of(folder: str, forbidden: tuple[str, ...], but: tuple[str, ...] = ()) -> list[str]:
    files = sorted((PYTHON / folder).rglob("*.py"))
    assert files, f"there is no python/{folder}"
    return [
        f"{file.relative_to(PYTHON)} imports {name}"
        for file in files
        for name in imported(file)
        if any(name == each or name.startswith(f"{each}.") for each in forbidden)
        and not any(name == each or name.startswith(f"{each}.") for each in but)
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden", "but"),
    [
        ("localaws", ("mlops",), ()),  # they meet over HTTP
        ("mlops", ("localaws", "moto"), ()),
        ("mlops/jobs", ("localaws", "mlops", "boto3", "botocore", "sagemaker"), ("mlops.jobs",)),  # runs in containers
        ("mlops/data", ("sagemaker", "boto3", "mlops"), ("mlops.data", "mlops.jobs")),
        ("mlops/operate", ("sagemaker", "mlops.render", "mlops.jobs", "mlops.validate", "mlops.demo"), ()),
        ("mlops/validate", ("sagemaker", "mlops.render", "mlops.jobs", "mlops.demo"), ()),
        ("mlops/demo", ("sagemaker", "mlops.render", "mlops.jobs", "mlops.validate"), ()),
        ("mlops/render", ("mlops.operate", "mlops.validate", "mlops.demo"), ()),
    ],
)
def test_directions_of_dependence(folder: str, forbidden: tuple[str, ...], but: tuple[str, ...]) -> None:
    assert imports_of(folder, forbidden, but) == []


def test_only_one_file_knows_python_terraform() -> None:
    knowing = {line.split()[0] for line in imports_of("mlops", ("python_terraform",))}
    assert knowing == {"mlops/operate/terraform.py"}


def test_a_forbidden_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.PYTHON", tmp_path)
    (tmp_path / "mlops" / "operate").mkdir(parents=True)
    (tmp_path / "mlops" / "operate" / "a.py").write_text("def f():\n    from localaws.stack import Stack\n")
    (tmp_path / "mlops" / "operate" / "b.py").write_text("from ..render import tokens\nfrom . import a\n")
    assert imports_of("mlops/operate", ("localaws", "mlops.render")) == [
        "mlops/operate/a.py imports localaws.stack",
        "mlops/operate/b.py imports mlops.render",
    ]
