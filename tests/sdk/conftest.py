"""The SageMaker SDKs, each installed into an environment of its own that goes away with the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_SDKS = {
    # v2 needs pytz, which pandas 3 no longer brings.
    "v2": ("sagemaker>=2.257,<3", "pytz", "xgboost-cpu"),
    "v3": ("sagemaker>=3.27,<4",),
}


@pytest.fixture(scope="session", params=sorted(_SDKS))
def sdk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The SDK's generation, and the interpreter of an environment that has it."""
    generation: str = request.param
    folder = tmp_path_factory.mktemp(generation) / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *_SDKS[generation]], check=True)
    return generation, python
