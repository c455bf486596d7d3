"""`mlops render`: write rendered/, or check that it is what the code gives."""

import argparse
import difflib
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from mlops.render.errors import RenderError
from mlops.render.offline import isolated_environment

__all__ = ["check", "main", "stale", "write"]

ROOT = Path(__file__).resolve().parents[3]
_SHOWN_LINES = 40


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's). Returns 0, 1 for stale files, 2 for what went wrong."""
    parser = argparse.ArgumentParser(
        prog="mlops render", description="Build the files that Terraform reads with the SageMaker SDK, offline."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if what is committed differs")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "rendered", help="the folder (default: rendered/ of this checkout)"
    )
    options = parser.parse_args(argv)
    try:
        texts = _render()
    except RenderError as error:
        print(f"mlops render: {error}", file=sys.stderr)
        return 2
    if options.check:
        return check(options.output, texts)
    write(options.output, texts)
    return 0


def _render() -> dict[str, str]:
    if importlib.util.find_spec("sagemaker") is None:
        raise RenderError("the SageMaker SDK is not installed; `make render` installs it and renders")
    with isolated_environment(), warnings.catch_warnings():
        # The SDK warns that a pipeline session starts no job, and of deprecations among its own dependencies.
        warnings.simplefilter("ignore")
        from mlops.render.artifacts import render_all

        return render_all()


def _on_disk(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def stale(committed: dict[str, str], rendered: dict[str, str]) -> list[str]:
    """Unified diff, as lines, from what is committed to what was rendered (path → text each); empty when they agree."""
    lines: list[str] = []
    for path in sorted(committed.keys() | rendered.keys()):
        before, after = committed.get(path), rendered.get(path)
        lines += difflib.unified_diff(
            _lines(before),
            _lines(after),
            f"rendered/{path}" if before is not None else "/dev/null",
            f"rendered/{path}" if after is not None else "/dev/null",
            lineterm="",
            n=2,
        )
    return lines


def _lines(text: str | None) -> list[str]:
    """Lines of `text`; a missing final newline is a line of its own, as diff shows it."""
    lines = (text or "").splitlines()
    return lines if not text or text.endswith("\n") else [*lines, "\\ No newline at end of file"]


def check(folder: Path, texts: dict[str, str]) -> int:
    """Compare `texts` (path → text) with what `folder` holds. Prints the difference; returns 0, or 1 for any."""
    lines = stale(_on_disk(folder), texts)
    if not lines:
        print(f"{folder.name}/ is up to date ({len(texts)} files)")
        return 0
    print("\n".join(lines[:_SHOWN_LINES]))
    if len(lines) > _SHOWN_LINES:
        print(f"... {len(lines) - _SHOWN_LINES} more lines")
    print(f"mlops render: {folder.name}/ is stale; run `make render` and commit the result", file=sys.stderr)
    return 1


def write(folder: Path, texts: dict[str, str]) -> None:
    """Make `folder` hold exactly `texts` (path → text); files that are right already are not touched."""
    before = _on_disk(folder)
    for path in before.keys() - texts.keys():
        (folder / path).unlink()
        print(f"removed {folder.name}/{path}")
    for path, text in texts.items():
        if before.get(path) != text:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {folder.name}/{path}")
    print(f"{folder.name}/ holds {len(texts)} files")
