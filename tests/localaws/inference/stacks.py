"""Stacks whose image table knows the tiny model server."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobs.world import another_account

from localaws import background
from localaws.stack import Stack
from localaws.state import Home, RunningStack

from .world import ACCOUNT, REGION, World

__all__ = ["Clock", "start", "start_here"]


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


class Clock:
    """The time, which a test can put forward: by less than 15 minutes in all, else signatures are too old."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._ahead += timedelta(seconds=seconds)


def start_here(folder: Path, clock: Clock) -> Iterator[World]:
    """A stack in this process, whose time is the clock's."""
    (folder / "images.toml").write_text(_images())
    stack = Stack(REGION, another_account(), folder / "work", "", folder, clock=clock)
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    keys = stack.principals.administrator_access_key_id, stack.principals.administrator_secret_access_key
    world = World(Home(folder), RunningStack(os.getpid(), stack.endpoint_url, REGION, stack.account_id, *keys, None))
    yield world
    world.pool.clear()
    stack.close()
    server.close()


def _images() -> str:
    """An image table that knows the tiny model server."""
    serve = [sys.executable, str(Path(__file__).with_name("tiny_server.py"))]
    return f'[[image]]\nuri = "*/tiny:*"\nserve = {json.dumps(serve)}\n'
