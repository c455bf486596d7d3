"""The stack that the tests of endpoints, deployments and inference share, and stacks that a test may end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .stacks import start
from .world import World


@pytest.fixture(scope="session")
def world(endpoint_world: World) -> World:
    """One stack for the session: a test leaves nothing that another one could stumble over."""
    return endpoint_world


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A stack of the test's own."""
    yield from start(tmp_path / "inference")
