"""Data capture: AWS's layout, one line for each answer, none lost."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from .world import BUCKET, World, unique


def capturing(percentage: int = 100, *modes: str, **members: Any) -> dict[str, Any]:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": percentage,
        "DestinationS3Uri": f"s3://{BUCKET}/capture",
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes or ("Input", "Output")],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
        **members,
    }


def lines(world: World, endpoint: str, prefix: str = "capture") -> list[dict[str, Any]]:
    """The captured lines of an endpoint, written or not yet written."""
    bodies = world.objects(f"{prefix}/{endpoint}/").values()
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def waited(world: World, endpoint: str, number: int, prefix: str = "capture") -> list[dict[str, Any]]:
    end = time.monotonic() + 20
    while len(found := lines(world, endpoint, prefix)) < number and time.monotonic() < end:
        time.sleep(0.2)
    return found


@pytest.mark.slow
def test_layout_and_line(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("0.5"), DataCaptureConfig=capturing()))
    headers = {"X-Amzn-SageMaker-Inference-Id": "id-1", "X-Amzn-SageMaker-Custom-Attributes": "trace=1"}
    before = time.time()
    world.invoke(endpoint, b"39, Private, <=50K", headers)
    (line,) = waited(world, endpoint, 1)
    (key,) = world.objects(f"capture/{endpoint}/")
    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"capture/{endpoint}/A/\d{{4}}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{{3}}-{uuid}\.jsonl", key)
    assert key.split("/")[3:7] == time.strftime("%Y/%m/%d/%H", time.gmtime(before)).split("/")
    metadata = line.pop("eventMetadata")
    assert re.fullmatch(uuid, metadata.pop("eventId"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metadata.pop("inferenceTime"))
    assert metadata == {"inferenceId": "id-1", "customAttributes": ["trace=1"]}
    text = base64.b64encode(b"0.5").decode()
    assert line == {
        "captureData": {
            "endpointInput": {
                "observedContentType": "text/csv",
                "mode": "INPUT",
                "data": "39, Private, <=50K",
                "encoding": "CSV",
            },
            "endpointOutput": {
                "observedContentType": "text/plain",
                "mode": "OUTPUT",
                "data": text,
                "encoding": "BASE64",
            },
        },
        "eventVersion": "0",
    }
    described = world.describe(endpoint)["DataCaptureConfig"]
    assert described == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture",
        "KmsKeyId": "",
    }


def test_one_line_for_each_answer_and_none_for_an_error(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model(), DataCaptureConfig=capturing()))
    with ThreadPoolExecutor(16) as pool:
        bodies = [f"fail 400 {number}" if number % 10 == 0 else f"row {number}" for number in range(300)]
        answers = list(pool.map(lambda body: world.invoke(endpoint, body.encode()), bodies))
    good = {body for body, answer in zip(bodies, answers, strict=True) if answer.status == 200}
    found = [line["captureData"]["endpointInput"]["data"] for line in waited(world, endpoint, len(good))]
    assert len(found) == len(good)
    assert set(found) == good
    world.delete(endpoint)
    assert len(lines(world, endpoint)) == len(good)


@pytest.mark.slow
def test_json_and_unreadable_text(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model(), DataCaptureConfig=capturing(100, "Input")))
    world.invoke(endpoint, b'{"a": 1}', {"Content-Type": "application/json; charset=utf-8"})
    world.invoke(endpoint, b"\xff\xfe", {"Content-Type": "text/csv"})
    found = [line["captureData"] for line in waited(world, endpoint, 2)]
    assert all(set(part) == {"endpointInput"} for part in found)
    parts = sorted((part["endpointInput"]["encoding"], part["endpointInput"]["data"]) for part in found)
    assert parts == [("BASE64", base64.b64encode(b"\xff\xfe").decode()), ("JSON", '{"a": 1}')]


def test_sampling_is_exact_in_the_long_run(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model(), DataCaptureConfig=capturing(30, "InputAndOutput")))
    for _ in range(100):
        world.invoke(endpoint)
    world.delete(endpoint)
    assert len(lines(world, endpoint)) == 30


def test_capture_that_is_off(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model(), DataCaptureConfig=capturing(EnableCapture=False)))
    world.invoke(endpoint)
    assert world.describe(endpoint)["DataCaptureConfig"]["CaptureStatus"] == "Stopped"
    world.delete(endpoint)
    assert lines(world, endpoint) == []


def test_update_loses_no_line(world: World) -> None:
    endpoint = world.endpoint(world.config(world.model("old"), DataCaptureConfig=capturing()))
    config = world.config(world.model("new"), DataCaptureConfig=capturing())
    answered: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answered.append(world.invoke(endpoint).status)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    world.update(endpoint, config)
    done.set()
    for asker in askers:
        asker.join()
    world.delete(endpoint)
    assert set(answered) == {200}
    assert len(lines(world, endpoint)) == len(answered)


@pytest.mark.slow
def test_written_with_the_role_of_the_model_and_kept_until_it_may(world: World) -> None:
    bucket = unique("late")
    capture = capturing(DestinationS3Uri=f"s3://{bucket}/x")
    endpoint = world.endpoint(world.config(world.model(), DataCaptureConfig=capture))
    world.invoke(endpoint)
    time.sleep(7)
    world.s3.create_bucket(Bucket=bucket)
    end = time.monotonic() + 15
    while not (found := world.s3.list_objects_v2(Bucket=bucket).get("Contents")):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert found[0]["Key"].startswith(f"x/{endpoint}/A/")


def test_stack_that_stops_writes_what_it_has(own_world: World) -> None:
    world = own_world
    endpoint = world.endpoint(world.config(world.model(), DataCaptureConfig=capturing()))
    for _ in range(25):
        world.invoke(endpoint)
    assert lines(world, endpoint) == []
    os.kill(world.running.pid, signal.SIGTERM)
    seen = 0
    end = time.monotonic() + 15
    while seen < 25 and time.monotonic() < end:
        try:
            seen = max(seen, len(lines(world, endpoint)))
        except (ClientError, EndpointConnectionError, HTTPClientError):
            break
    assert seen == 25
