"""Fixtures of the tests of the committed artifacts. None of them needs the SageMaker SDK."""

from pathlib import Path
from typing import Any

import pytest

from render.definitions import DEFINITIONS, RENDERED, TEMPLATES, filled


@pytest.fixture(params=TEMPLATES)
def template_path(request: pytest.FixtureRequest) -> Path:
    """Each committed template in turn."""
    return RENDERED / str(request.param)


@pytest.fixture(params=DEFINITIONS)
def definition(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each committed pipeline definition in turn, filled with the tokens' examples."""
    return filled(RENDERED / str(request.param))
