"""Multi-model endpoints: models fetched when first asked for, kept, unloaded, refused."""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xgboost

from .stacks import start
from .world import BUCKET, XGBOOST, Answer, World, packed, unique

ROW = np.array([[0.3, -1.2, 0.7]])


@pytest.fixture(scope="module")
def boosters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, float]]:
    """Artifacts by name, with what each predicts for ROW."""
    folder: Path = tmp_path_factory.mktemp("boosters")
    rows = np.random.default_rng(3).normal(size=(300, 3))
    found = {}
    for number, name in enumerate(("a", "b", "c")):
        labels = rows[:, number] > 0
        booster = xgboost.train({"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(rows, labels), 5)
        booster.save_model(folder / f"{name}.json")
        artifact = packed(**{"xgboost-model": (folder / f"{name}.json").read_bytes()})
        found[name] = artifact, float(booster.predict(xgboost.DMatrix(ROW))[0])
    return found


@pytest.fixture(scope="module")
def many(world: World, boosters: dict[str, tuple[bytes, float]]) -> tuple[str, str]:
    """A multi-model endpoint in service and the prefix of its models."""
    prefix = unique("many")
    for name, (artifact, _) in boosters.items():
        world.put(f"{prefix}/{name}.tar.gz", artifact)
    return multi_model(world, prefix), prefix


def multi_model(world: World, prefix: str) -> str:
    model = unique("model")
    container = {"Image": XGBOOST, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/{prefix}/"}
    world.sagemaker.create_model(ModelName=model, ExecutionRoleArn=world.role, PrimaryContainer=container)
    return world.endpoint(world.config(model))


def ask(world: World, endpoint: str, target: str) -> Answer:
    body = ",".join(map(str, ROW[0])).encode()
    return world.invoke(endpoint, body, {"Accept": "text/csv", "X-Amzn-SageMaker-Target-Model": target})


@pytest.mark.slow
def test_each_target_answers_with_its_own_booster(
    world: World, many: tuple[str, str], boosters: dict[str, tuple[bytes, float]]
) -> None:
    endpoint, _ = many
    for name, (_, wanted) in boosters.items():
        answer = ask(world, endpoint, f"{name}.tar.gz")
        assert answer.status == 200, answer.text
        assert float(answer.text) == pytest.approx(wanted, abs=1e-6)
    assert world.metric(endpoint, "LoadedModelCount", statistic="Maximum", wanted=3) == 3
    assert world.metric(endpoint, "ModelCacheHit", wanted=0) == 0
    for _ in range(4):
        ask(world, endpoint, "a.tar.gz")
    assert world.metric(endpoint, "ModelCacheHit", wanted=4) == 4
    assert world.metric(endpoint, "ModelLoadingTime", statistic="Minimum") > 0


def test_many_that_ask_at_once_for_a_cold_model(world: World, boosters: dict[str, tuple[bytes, float]]) -> None:
    prefix = unique("cold")
    world.put(f"{prefix}/deep/er/x.tar.gz", boosters["b"][0])
    endpoint = multi_model(world, prefix)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: ask(world, endpoint, "deep/er/x.tar.gz"), range(12)))
    assert {answer.status for answer in answers} == {200}
    np.testing.assert_allclose([float(answer.text) for answer in answers], boosters["b"][1], atol=1e-6)


def test_target_is_needed(world: World, many: tuple[str, str]) -> None:
    answer = world.invoke(many[0], b"1,2,3")
    assert answer.status == 400
    assert answer.headers["x-amzn-errortype"] == "ValidationError"
    assert "is missing a target model header" in answer.json["Message"]


@pytest.mark.parametrize("end", ["?x", "#1"])
def test_a_target_is_named_in_full(end: str, world: World, many: tuple[str, str]) -> None:
    endpoint, prefix = many
    answer = ask(world, endpoint, f"a.tar.gz{end}")
    assert f"key: {prefix}/a.tar.gz{end})" in answer.json["Message"]


@pytest.mark.parametrize("target", ["../{}/other.tar.gz", "/../{}/other.tar.gz", "./a.tar.gz"])
def test_a_target_does_not_leave_the_prefix(
    target: str, world: World, many: tuple[str, str], boosters: dict[str, tuple[bytes, float]]
) -> None:
    endpoint, prefix = many
    world.put(f"{prefix}-beside/other.tar.gz", boosters["a"][0])
    named = target.format(f"{prefix}-beside")
    answer = ask(world, endpoint, named)
    assert answer.status == 400
    assert f"key: {prefix}/{named.lstrip('/')})" in answer.json["Message"]


def test_target_that_is_not_there_until_it_is(
    world: World, many: tuple[str, str], boosters: dict[str, tuple[bytes, float]]
) -> None:
    endpoint, prefix = many
    answer = ask(world, endpoint, "late.tar.gz")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ValidationError")
    assert answer.json["Message"] == (
        f"Failed to download model data(bucket: {BUCKET}, key: {prefix}/late.tar.gz). Please ensure that there is an "
        "object located at the URL and that the role passed to CreateModel has permissions to download the model."
    )
    world.put(f"{prefix}/late.tar.gz", boosters["c"][0])
    assert float(ask(world, endpoint, "late.tar.gz").text) == pytest.approx(boosters["c"][1], abs=1e-6)


def linked() -> bytes:
    """An archive with a link out of its folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("xgboost-model")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "artifact",
    [b"not an archive", packed(nothing=b"x"), linked(), packed(**{"xgboost-model": b"{"})],
    ids=["no-archive", "no-model", "link", "no-booster"],
)
def test_target_that_cannot_be_loaded(world: World, many: tuple[str, str], artifact: bytes) -> None:
    endpoint, prefix = many
    name = f"{unique('bad')}.tar.gz"
    world.put(f"{prefix}/{name}", artifact)
    answer = ask(world, endpoint, name)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (424, "ModelError"), answer.text
    assert name in answer.json["OriginalMessage"]
    assert ask(world, endpoint, "a.tar.gz").status == 200


def test_replaced_object_is_served_by_what_was_loaded(
    world: World, many: tuple[str, str], boosters: dict[str, tuple[bytes, float]]
) -> None:
    endpoint, prefix = many
    world.put(f"{prefix}/r.tar.gz", boosters["a"][0])
    assert float(ask(world, endpoint, "r.tar.gz").text) == pytest.approx(boosters["a"][1], abs=1e-6)
    world.put(f"{prefix}/r.tar.gz", boosters["b"][0])
    assert float(ask(world, endpoint, "r.tar.gz").text) == pytest.approx(boosters["a"][1], abs=1e-6)


def test_malformed_row_is_the_models_error(world: World, many: tuple[str, str]) -> None:
    answer = world.invoke(many[0], b"1,x,3", {"X-Amzn-SageMaker-Target-Model": "a.tar.gz"})
    assert answer.status == 424
    assert 400 <= answer.json["OriginalStatusCode"] < 500


def test_captured_like_any_other(world: World, boosters: dict[str, tuple[bytes, float]]) -> None:
    prefix = unique("captured")
    world.put(f"{prefix}/a.tar.gz", boosters["a"][0])
    model = unique("model")
    container = {"Image": XGBOOST, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/{prefix}/"}
    world.sagemaker.create_model(ModelName=model, ExecutionRoleArn=world.role, PrimaryContainer=container)
    capture = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    endpoint = world.endpoint(world.config(model, DataCaptureConfig=capture))
    ask(world, endpoint, "a.tar.gz")
    world.delete(endpoint)
    (body,) = world.objects(f"capture/{endpoint}/").values()
    assert json.loads(body)["captureData"]["endpointInput"]["data"] == ",".join(map(str, ROW[0]))


@pytest.fixture
def small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A stack whose instances keep two models loaded."""
    monkeypatch.setenv("LOCALAWS_MOST_LOADED_MODELS", "2")
    yield from start(tmp_path / "inference")


@pytest.mark.slow
def test_least_recently_used_goes_first(small_world: World, boosters: dict[str, tuple[bytes, float]]) -> None:
    prefix = unique("few")
    for name, (artifact, _) in boosters.items():
        small_world.put(f"{prefix}/{name}.tar.gz", artifact)
    endpoint = multi_model(small_world, prefix)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert float(ask(small_world, endpoint, f"{name}.tar.gz").text) == pytest.approx(boosters[name][1], abs=1e-6)
        time.sleep(0.02)
    # Two fit: `c` took the place of `b`, and then `b` that of `c`; `a` was in use all the time.
    assert small_world.metric(endpoint, "ModelCacheHit", wanted=2) == 2
