"""A stack of its own for the hosting tests: endpoints are processes, and some tests end the stack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws import background
from localaws.state import Home

from .world import ACCOUNT, REGION, World, images


def start(folder: Path) -> Iterator[World]:
    home = Home(folder)
    home.create()
    (home.path / "images.toml").write_text(images())
    running, _ = background.up(home, 0, REGION, ACCOUNT)
    world = World(home, running)
    try:
        assert world.role
        yield world
    finally:
        world.pool.clear()
        background.down(home)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One stack for all tests of this folder."""
    yield from start(tmp_path_factory.mktemp("hosting"))


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A stack of the test's own."""
    yield from start(tmp_path / "hosting")
