"""The stack that the tests of endpoints, deployments and inference share."""

from __future__ import annotations

import pytest
from inference.world import World


@pytest.fixture(scope="session")
def world(endpoint_world: World) -> World:
    """One stack for the session: a test leaves nothing that another one could stumble over."""
    return endpoint_world
