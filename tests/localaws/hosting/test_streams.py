"""Answers that come part by part."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import EventStreamError

from localaws import background

from .world import BUCKET, REGION, World


@pytest.fixture(scope="module")
def endpoint(world: World) -> str:
    return world.endpoint(world.config(world.model("hello")))


def stream(world: World, endpoint: str, body: bytes, **members: Any) -> Any:
    return world.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=body, **members)


def part(event: Any) -> bytes:
    content: bytes = event["PayloadPart"]["Bytes"]
    return content


def test_each_part_comes_before_the_next_is_made(world: World, endpoint: str) -> None:
    answer = stream(world, endpoint, b"stream one two three", CustomAttributes="c", InferenceId="stream-1")
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("text/event-stream", "A")
    events = iter(answer["Body"])
    assert part(next(events)) == b"one"
    # The model makes the second part only now: this would hang if the first had waited for it.
    world.invoke(endpoint, b"next")
    assert part(next(events)) == b"two"
    world.invoke(endpoint, b"next")
    assert part(next(events)) == b"three"
    assert list(events) == []


def test_the_whole_answer_is_captured(world: World) -> None:
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/streams",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }
    name = world.endpoint(world.config(world.model("hello"), DataCaptureConfig=capture))
    events = iter(stream(world, name, b"stream one two", InferenceId="stream-1")["Body"])
    world.invoke(name, b"next")
    assert b"".join(part(event) for event in events) == b"onetwo"
    world.delete(name)
    lines = [json.loads(line) for text in world.objects(f"streams/{name}").values() for line in text.splitlines()]
    (line,) = (line for line in lines if line["eventMetadata"].get("inferenceId") == "stream-1")
    assert base64.b64decode(line["captureData"]["endpointOutput"]["data"]) == b"onetwo"


def test_an_answer_in_one_piece_is_one_part(world: World, endpoint: str) -> None:
    answer = stream(world, endpoint, b"x")
    assert [part(event) for event in answer["Body"]] == [b"hello"]
    assert answer["ContentType"] == "text/plain"


def test_the_accepted_type_has_a_header_of_its_own(world: World, endpoint: str) -> None:
    answer = stream(world, endpoint, b"echo", Accept="text/x-own")
    assert b'"accept": "text/x-own"' in b"".join(part(event) for event in answer["Body"])


def test_a_refusal_is_no_stream(world: World, endpoint: str) -> None:
    with pytest.raises(world.runtime.exceptions.ModelError) as refusal:
        stream(world, endpoint, b"fail 400")
    assert refusal.value.response["OriginalStatusCode"] == 400
    assert refusal.value.response["OriginalMessage"] == "as asked"


@pytest.mark.parametrize("end", [b"die", b"close"])
def test_a_stream_that_breaks_off_says_so(world: World, endpoint: str, end: bytes) -> None:
    with contextlib.closing(stream(world, endpoint, b"stream one " + end)["Body"]) as body:
        events = iter(body)
        assert part(next(events)) == b"one"
        world.invoke(endpoint, b"next")
        with pytest.raises(EventStreamError, match=r"ModelStreamError.*ended while it worked on the request"):
            next(events)
    deadline = time.monotonic() + 20
    while world.invoke(endpoint).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_client_that_goes_away_leaves_nothing_behind(world: World) -> None:
    name = world.endpoint(world.config(world.model("hello")))
    url = f"{world.running.endpoint_url}/endpoints/{name}/invocations-response-stream"
    request = AWSRequest("POST", url, data=b"stream one two three", headers={})
    keys = Credentials(world.running.access_key_id, world.running.secret_access_key)
    SigV4Auth(keys, "sagemaker", REGION).add_auth(request)
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    head = "".join(f"{key}: {value}\r\n" for key, value in request.headers.items())
    with socket.create_connection((address.hostname, address.port), 30) as connection:
        text = f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n{head}Content-Length: 20\r\n\r\n"
        connection.sendall(text.encode() + b"stream one two three")
        received = b""
        while b"one" not in received:
            received += connection.recv(4096)
    for _ in range(2):
        world.invoke(name, b"next")
    # A request that were still in flight would keep the endpoint longer than this waits.
    world.delete(name)


@pytest.mark.slow
def test_a_stack_that_ends_breaks_the_stream_off(own_world: World) -> None:
    name = own_world.endpoint(own_world.config(own_world.model("hello")))
    with contextlib.closing(stream(own_world, name, b"stream one two")["Body"]) as body, ThreadPoolExecutor(1) as pool:
        events = iter(body)
        assert part(next(events)) == b"one"
        ended = pool.submit(background.down, own_world.home)
        with pytest.raises(EventStreamError, match="InternalStreamFailure"):
            next(events)
        assert ended.result(60)
