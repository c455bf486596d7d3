"""No request waits for another request: the stack never calls itself over HTTP, and many creations at once end."""

from __future__ import annotations

import re
import socket
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from creations import CREATIONS, Ground, lay
from jobs.world import World, administrator

from localaws.services.sagemaker.service import operations

# Operations that begin so and are not among the creations change or delete what is there.
_CREATING = re.compile(r"Create|Start|Invoke|Import|Send|UpdatePipeline$")

_MANY = 64  # more than the server has threads


@pytest.fixture
def connections(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads of the stack that connect to the stack."""
    found: list[str] = []
    test, connect = threading.get_ident(), socket.socket.connect
    port = int(world.stack.endpoint_url.rpartition(":")[2])

    def recording(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[1] == port and threading.get_ident() != test:
            found.append(threading.current_thread().name)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recording)
    return found


@pytest.fixture(scope="module")
def ground(world: World) -> Ground:
    return lay(administrator(world.stack))


def test_every_creating_operation_has_a_request() -> None:
    assert {name for name in operations() if _CREATING.match(name)} == set(CREATIONS)


@pytest.mark.parametrize("operation", sorted(CREATIONS))
def test_stack_does_not_connect_to_itself(world: World, ground: Ground, connections: list[str], operation: str) -> None:
    client = administrator(world.stack).client("sagemaker")
    request = CREATIONS[operation](ground, f"alone-{uuid.uuid4().hex[:8]}")
    arn = next(value for value in world_call(client, operation, request).values() if str(value).startswith("arn:"))
    record = next(record for record in world.stack.store.all() if record.arn == arn)
    if operation.endswith("Job"):
        assert record.done.wait(60)
    if operation == "CreateEndpoint":
        world.wait(lambda: record.described["EndpointStatus"] != "Creating")
    assert connections == []


def test_connections_of_the_stack_are_seen(world: World, connections: list[str]) -> None:
    health = f"{world.stack.endpoint_url}/_localaws/health"
    threading.Thread(target=lambda: urllib3.request("GET", health), name="one of the stack's").start()
    world.wait(lambda: connections == ["one of the stack's"])


def world_call(client: Any, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """One operation over HTTP, by its API name."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
    answer: dict[str, Any] = getattr(client, name)(**request)
    return answer


@pytest.fixture(scope="module")
def clients(module_stack: Any) -> tuple[Ground, Any]:
    """A stack process, and a client with a connection for each of many threads."""
    running = module_stack.running
    session = boto3.Session(running.access_key_id, running.secret_access_key, region_name=running.region)
    config = Config(max_pool_connections=_MANY, retries={"total_max_attempts": 1}, read_timeout=300)
    client = session.client("sagemaker", endpoint_url=running.endpoint_url, config=config)

    class Session:
        def client(self, name: str) -> Any:
            return module_stack.client(name)

    return lay(Session()), client


@pytest.mark.slow
@pytest.mark.parametrize("operation", sorted(set(CREATIONS) - {"UpdatePipeline"}))
def test_many_creations_at_once(module_stack: Any, clients: tuple[Ground, Any], operation: str) -> None:
    ground, client = clients
    began = time.monotonic()
    with ThreadPoolExecutor(_MANY) as pool:
        answers = [
            pool.submit(world_call, client, operation, CREATIONS[operation](ground, f"many-{number}"))
            for number in range(_MANY)
        ]
        slowest = 0.0
        while not all(answer.done() for answer in answers):
            asked = time.monotonic()
            health = urllib3.request("GET", f"{module_stack.endpoint_url}/_localaws/health", timeout=60)
            assert health.status == 200
            slowest = max(slowest, time.monotonic() - asked)
    for answer in answers:
        assert answer.result()
    print(f"{operation}: {_MANY} in {time.monotonic() - began:.1f} s, health within {slowest:.2f} s")
