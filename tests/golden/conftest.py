"""Tests marked `render` need an interpreter with the SageMaker SDK, which the project's own environment leaves out.

It is .venv-render (made by `make render` or `make check`), or MLOPS_RENDER_PYTHON. Where there is none the tests are
left out and the summary says so; asked for by name (`-m render`) they fail instead.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = pytest.StashKey[int]()


def _python() -> Path:
    return Path(os.environ.get("MLOPS_RENDER_PYTHON", ROOT / ".venv-render" / "bin" / "python"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the marked tests out where they cannot run and were not asked for."""
    if _python().is_file() or "render" in config.option.markexpr:
        return
    marked = [item for item in items if item.get_closest_marker("render")]
    config.stash[_LEFT_OUT] = len(marked)
    config.hook.pytest_deselected(items=marked)
    items[:] = [item for item in items if item not in marked]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests were left out, and how to run them."""
    if count := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{count} tests of rendering left out: {_python()} is missing; `make render` makes it"
        )


@pytest.fixture(scope="session")
def render_python() -> Path:
    """The interpreter that has the SDK."""
    if not _python().is_file():
        pytest.fail(f"{_python()} does not exist; `make render` makes it, or set MLOPS_RENDER_PYTHON")
    return _python()
