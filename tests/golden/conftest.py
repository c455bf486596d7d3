"""The interpreter with the SageMaker SDK, which the project's own environment leaves out.

It is .venv-render, made by `make test-full`, `make check` and `make render`, or MLOPS_RENDER_PYTHON.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def render_python() -> Path:
    """The interpreter that has the SDK."""
    python = Path(os.environ.get("MLOPS_RENDER_PYTHON", ROOT / ".venv-render" / "bin" / "python"))
    if not python.is_file():
        pytest.fail(f"{python} does not exist; `make test-full` creates .venv-render, or set MLOPS_RENDER_PYTHON")
    return python
