"""Which module imports which: read from the source, imports inside functions and under TYPE_CHECKING included."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["cycles", "imported", "imports", "packages"]


def imports(python: Path, package: str) -> dict[str, set[str]]:
    """For each module below `python/package`, the modules of the same package that it imports."""
    files = {_name(python, file): file for file in sorted((python / package).rglob("*.py"))}
    return {
        name: {_module(each, files) for each in imported(python, file)}.intersection(files) - {name}
        for name, file in files.items()
    }


def packages(graph: Mapping[str, set[str]], depth: int) -> dict[str, set[str]]:
    """The graph between packages, whose names have `depth` parts."""
    found: dict[str, set[str]] = {}
    for name, targets in graph.items():
        short = _short(name, depth)
        found.setdefault(short, set()).update({_short(target, depth) for target in targets} - {short})
    return found


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other, each sorted (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(graph.get(name, ())):
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def _name(python: Path, file: Path) -> str:
    return ".".join(file.relative_to(python).with_suffix("").parts).removesuffix(".__init__")


def _short(name: str, depth: int) -> str:
    return ".".join(name.split(".")[:depth])


def imported(python: Path, file: Path) -> Iterator[str]:
    """The absolute names that a file imports, at the top or inside: of modules, and of what is taken from modules."""
    package = file.relative_to(python).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield from (".".join((*base, *([node.module] if node.module else []), alias.name)) for alias in node.names)


def _module(name: str, files: Mapping[str, Path]) -> str:
    """The module that has the imported name: the name's own, else the one it is taken from."""
    return name if name in files else name.rpartition(".")[0]
