"""Only clients that mean this stack are served: no rebound name, no page of another site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from raw_requests import SERVICES, Raw, client_of

HEALTH = Raw("", "GET", "/_localaws/health")


def port_of(stack: Any) -> int:
    port = urlsplit(stack.endpoint_url).port
    assert port is not None
    return port


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:{port}",
        "localhost.evil.example:{port}",
        "bucket.localhost:{port}",
        "bucket.s3.us-east-1.amazonaws.com",
        "127.0.0.1:{port}@evil.example",
        "127.0.0.1:{port}, evil.example",
        "0.0.0.0:{port}",
        "",
    ],
)
def test_another_host_is_refused(stack: Any, host: str) -> None:
    client, named = client_of(stack), host.format(port=port_of(stack))
    for raw in (HEALTH, Raw("", "GET", "/_localaws/resources"), Raw("", "GET", "/_localaws/credentials")):
        answer = client.send(raw.plus(Host=named))
        assert (answer.status, "The Host is" in answer.text) == (403, True)
    for raw in SERVICES["s3-list-buckets"], SERVICES["sagemaker"]:
        assert client.send(client.sign(raw.plus(Host=named))).status == 403


def test_the_stacks_own_hosts_are_served(stack: Any) -> None:
    client = client_of(stack)
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        host = f"{name}:{port_of(stack)}"
        assert client.send(HEALTH.plus(Host=host)).status == 200
        assert client.send(client.sign(SERVICES["s3-list-buckets"].plus(Host=host))).status == 200


def test_a_host_comes_once_and_agrees_with_the_request_line(stack: Any) -> None:
    client, own = client_of(stack), urlsplit(stack.endpoint_url).netloc
    assert client.send(HEALTH.plus(Host=own).plus(Host="evil.example")).status == 403
    for target, status in (
        (f"http://{own}/_localaws/health", 200),
        ("http://evil.example/_localaws/health", 403),
        ("http://sts.us-east-1.amazonaws.com/", 403),
    ):
        assert client.send(Raw("", "GET", target).plus(Host=own)).status == status


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{own}", "http://localhost:1", "file://", ""]
)
def test_a_page_of_another_site_is_refused(stack: Any, origin: str) -> None:
    client, own = client_of(stack), urlsplit(stack.endpoint_url).netloc
    named = origin.format(own=own)
    assert client.send(HEALTH.plus(Origin=named)).status == 403
    assert client.send(client.sign(SERVICES["s3-list-buckets"].plus(Origin=named))).status == 403
    assert client.send(HEALTH.plus(Origin=named).plus(Origin=f"http://{own}")).status == 403
    preflight = Raw("", "OPTIONS", "/bucket/key").plus(Origin=named, Access_Control_Request_Method="PUT")
    assert client.send(preflight).status == 403


def test_the_stacks_own_page_is_served(stack: Any) -> None:
    assert client_of(stack).send(HEALTH.plus(Origin=stack.endpoint_url)).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("page", ["health", "resources", "credentials"])
def test_the_stacks_pages_can_only_be_read(stack: Any, method: str, page: str) -> None:
    assert client_of(stack).send(Raw("", method, f"/_localaws/{page}")).status == 405
