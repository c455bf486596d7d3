"""The folder of committed artifacts: write it, or compare it with what was rendered."""

import difflib
import sys
from pathlib import Path

from mlops.render.errors import RenderError

__all__ = ["check", "difference", "write"]

_SHOWN_LINES = 40


def write(folder: Path, rendered: dict[str, bytes]) -> None:
    """Make `folder` hold exactly `rendered` (path → content). Files that are right already are not touched.

    Raises:
        RenderError: `folder` is not a folder of artifacts, so that removing what is not rendered would lose files.
    """
    before = _on_disk(folder, rendered)
    for path in sorted(before.keys() - rendered.keys()):
        (folder / path).unlink()
        print(f"removed {folder.name}/{path}")
    for path, content in sorted(rendered.items()):
        if before.get(path) != content:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            print(f"wrote {folder.name}/{path}")
    print(f"{folder.name}/ holds {len(rendered)} files")


def check(folder: Path, rendered: dict[str, bytes]) -> int:
    """Compare `rendered` (path → content) with what `folder` holds. Prints the difference; returns 0, or 1 for any.

    Raises:
        RenderError: `folder` is not a folder of artifacts.
    """
    lines = difference(_on_disk(folder, rendered), rendered)
    if not lines:
        print(f"{folder.name}/ is up to date ({len(rendered)} files)")
        return 0
    print("\n".join(lines[:_SHOWN_LINES]))
    if len(lines) > _SHOWN_LINES:
        print(f"... {len(lines) - _SHOWN_LINES} more lines")
    print(f"mlops render: {folder.name}/ is stale; run `make render` and commit the result", file=sys.stderr)
    return 1


def difference(committed: dict[str, bytes], rendered: dict[str, bytes]) -> list[str]:
    """Lines of a unified diff from what is committed to what was rendered (path → content); empty when they agree."""
    lines: list[str] = []
    for path in sorted(committed.keys() | rendered.keys()):
        before, after = committed.get(path), rendered.get(path)
        if before == after:
            continue
        old, new = ("/dev/null" if content is None else f"rendered/{path}" for content in (before, after))
        try:
            lines += difflib.unified_diff(_lines(before), _lines(after), old, new, lineterm="", n=2)
        except UnicodeDecodeError:
            lines.append(f"binary files {old} and {new} differ")
    return lines


def _lines(content: bytes | None) -> list[str]:
    """Lines of text; a missing newline at the end is a line of its own, as `diff` shows it."""
    lines = (content or b"").decode("utf-8").splitlines()
    return lines if not content or content.endswith(b"\n") else [*lines, "\\ No newline at end of file"]


def _on_disk(folder: Path, rendered: dict[str, bytes]) -> dict[str, bytes]:
    if not folder.exists():
        return {}
    if not folder.is_dir() or (any(folder.iterdir()) and not any((folder / path).is_file() for path in rendered)):
        raise RenderError(
            f"{folder} holds other files and no artifact; name an empty folder or one that `mlops render` wrote"
        )
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
