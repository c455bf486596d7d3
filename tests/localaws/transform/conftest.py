"""A stack of its own for the transform tests: models are processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import background
from localaws.state import Home

from .world import ACCOUNT, REGION, World


def start(folder: Path) -> Iterator[World]:
    home = Home(folder)
    running, _ = background.up(home, 0, REGION, ACCOUNT)
    try:
        yield World(home, running)
    finally:
        background.down(home)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One stack for all tests of this folder."""
    yield from start(tmp_path_factory.mktemp("transform"))


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A stack of the test's own."""
    yield from start(tmp_path / "transform")
