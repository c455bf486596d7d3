"""Stacks whose image table knows the tiny model server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from localaws import background
from localaws.state import Home

from .world import ACCOUNT, REGION, World

__all__ = ["start"]


def start(folder: Path) -> Iterator[World]:
    """Start a stack in `folder` and stop it after the tests."""
    home = Home(folder)
    home.create()
    (home.path / "images.toml").write_text(_images())
    running, _ = background.up(home, 0, REGION, ACCOUNT)
    world = World(home, running)
    try:
        assert world.role
        yield world
    finally:
        world.pool.clear()
        background.down(home)


def _images() -> str:
    """An image table that knows the tiny model server."""
    serve = [sys.executable, str(Path(__file__).with_name("tiny_server.py"))]
    return f'[[image]]\nuri = "*/tiny:*"\nserve = {json.dumps(serve)}\n'
