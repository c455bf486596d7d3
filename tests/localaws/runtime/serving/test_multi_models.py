"""Multi-model containers: loading, unloading, and the contract that containers obey."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xgboost

from localaws.runtime.serving import (
    ArtifactError,
    ContainerSpec,
    Invocation,
    InvocationResult,
    ModelServer,
    ServingError,
)

from .conftest import SKLEARN, XGBOOST, Serving, csv, rows, train
from .test_robustness import all_processes

TARGETS = [f"model-{n}.tar.gz" for n in range(5)]


class Source:
    """Models in folders of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched: list[str] = []
        self.pause = 0.0

    def fetch(self, target_model: str, destination: Path) -> None:
        self.fetched.append(target_model)
        time.sleep(self.pause)
        if not (self.folder / target_model).is_dir():
            raise ArtifactError(f"Failed to download model data from {target_model}.")
        shutil.copytree(self.folder / target_model, destination, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for n, target in enumerate(TARGETS):
        train(folder / target, rounds=3 + 4 * n)
    (folder / "broken").mkdir()
    (folder / "broken" / "xgboost-model").write_bytes(b"hello")
    return folder


@pytest.fixture
def source(folder: Path) -> Source:
    return Source(folder)


def ask(server: ModelServer, target: str | None, accept: str = "", body: bytes | None = None) -> InvocationResult:
    sent = csv(rows(3)) if body is None else body
    return server.invoke(Invocation(sent, "text/csv", accept, target_model=target))


def expected(folder: Path, target: str) -> list[float]:
    booster = xgboost.Booster()
    booster.load_model(bytearray((folder / target / "xgboost-model").read_bytes()))
    return [float(value) for value in booster.predict(xgboost.DMatrix(rows(3)))]


def test_each_model_is_loaded_on_first_use_and_predicts(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    assert source.fetched == []
    for target in TARGETS:
        cold, warm = ask(server, target), ask(server, target)
        assert cold.model_load
        assert cold.model_load.load_us > 0
        assert warm.model_load is None
        for answer in (cold, warm):
            assert answer.content_type == "application/json"
            np.testing.assert_allclose(json.loads(answer.body), expected(source.folder, target), atol=1e-6)
    assert source.fetched == TARGETS
    assert len({tuple(expected(source.folder, target)) for target in TARGETS}) == len(TARGETS)


def test_answers_of_the_multi_model_image(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    target = TARGETS[0]
    answer = ask(server, target, "text/csv")
    assert (answer.status, answer.content_type) == (200, "text/csv")
    scores = [float(score) for score in answer.body.split(b",")]  # on one line, unlike those of a single model
    assert scores == pytest.approx(expected(source.folder, target), abs=1e-6)
    assert ask(server, target, body=b"").status == 204
    assert ask(server, target, body=b"a,b").status == 415
    assert ask(server, target, body=csv(np.ones((1, 9)))).status == 400
    refused = ask(server, target, "image/png")
    assert refused.status == 415
    assert b"image/png is not an accepted Accept type" in refused.body


def test_concurrent_first_requests_load_a_model_once(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    source.pause = 0.3
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(server, TARGETS[0]), range(16)))
    assert all(answer.ok for answer in answers)
    assert source.fetched == [TARGETS[0]]
    assert all(answer.model_load and answer.model_load.wait_us > 100_000 for answer in answers)


def test_the_least_recently_used_model_makes_room(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source, most_models=3)
    for target in (*TARGETS[:3], TARGETS[0], TARGETS[3]):
        assert ask(server, target).ok
    assert sorted(model.target_model for model in server.loaded_models()) == [TARGETS[0], *TARGETS[2:4]]
    assert ask(server, TARGETS[0]).model_load is None
    reloaded = ask(server, TARGETS[1])
    assert reloaded.model_load
    np.testing.assert_allclose(json.loads(reloaded.body), expected(source.folder, TARGETS[1]), atol=1e-6)
    assert len(list((serving.folder / "server-0" / "models").iterdir())) == 3


def test_memory_limits_what_is_loaded(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source, most_model_bytes=12_000_000)
    for target in TARGETS * 2:
        assert ask(server, target).ok
    assert 1 <= len(server.loaded_models()) < len(TARGETS)

    server = serving.start(ContainerSpec(XGBOOST), multi_model=source, most_model_bytes=1000)
    with pytest.raises(ServingError, match="out of memory and there is no model to unload") as raised:
        ask(server, TARGETS[0])
    assert (raised.value.kind, raised.value.status) == ("memory", 507)


def test_eviction_under_concurrent_use_answers_everyone(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source, most_models=2)
    wanted = {target: expected(source.folder, target) for target in TARGETS}

    def check(n: int) -> bool:
        target = TARGETS[n % len(TARGETS)]
        return bool(np.allclose(json.loads(ask(server, target).body), wanted[target], atol=1e-6))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(check, range(60)))


@pytest.mark.parametrize("cache", [True, False])
def test_a_replaced_artifact_is_served_once_the_model_is_loaded_again(
    serving: Serving, folder: Path, tmp_path: Path, cache: bool
) -> None:
    shutil.copytree(folder / TARGETS[0], tmp_path / "models" / "m")
    source = Source(tmp_path / "models")
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source, cache=cache)
    ask(server, "m")
    shutil.copytree(folder / TARGETS[4], tmp_path / "models" / "m", dirs_exist_ok=True)
    served = TARGETS[0] if cache else TARGETS[4]
    np.testing.assert_allclose(json.loads(ask(server, "m").body), expected(folder, served), atol=1e-6)


def test_without_cache_a_model_is_unloaded_after_its_use(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source, cache=False)
    for _ in range(2):
        assert ask(server, TARGETS[0]).model_load
    assert source.fetched == [TARGETS[0]] * 2
    assert server.loaded_models() == []


def test_models_that_cannot_be_had(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    for target, reason in (
        ("missing", "Failed to download model data from missing."),
        (
            "broken",
            "Model broken cannot be loaded: the primary container answered 500: ModelError: Model /opt/ml/models/",
        ),
        (None, "is invoked with a TargetModel"),
    ):
        for _ in range(2):
            with pytest.raises(ServingError) as raised:
                ask(server, target)
            assert raised.value.kind == "model"
            assert reason in str(raised.value)
    assert source.fetched.count("missing") == source.fetched.count("broken") == 2
    assert ask(server, TARGETS[0]).ok


def test_a_model_that_loads_too_long_is_not_ready_and_later_is(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    source.pause = 1.5
    with pytest.raises(ServingError, match="is not ready for inference") as raised:
        server.invoke(Invocation(csv(rows(1)), "text/csv", target_model=TARGETS[0], timeout_seconds=0.3))
    assert (raised.value.kind, raised.value.status) == ("not-ready", 429)
    assert ask(server, TARGETS[0]).ok
    assert source.fetched == [TARGETS[0]]


def test_a_models_process_that_is_killed_is_replaced(serving: Serving, source: Source) -> None:
    import os
    import signal

    before = set(all_processes())
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    for target in TARGETS[:2]:
        ask(server, target)
    _, _, master, *models = [process for process in all_processes() if process not in before]
    assert len(models) == 2
    for process in models:
        os.kill(process, signal.SIGKILL)
    serving.log.wait_for("ended with code -9")
    deadline = time.monotonic() + 20
    while set(models) & set(all_processes()):
        assert time.monotonic() < deadline
    for target in TARGETS[:2]:
        np.testing.assert_allclose(json.loads(ask(server, target).body), expected(source.folder, target), atol=1e-6)

    os.kill(master, signal.SIGKILL)
    serving.log.wait_for("it is started again")
    for target in TARGETS[:2]:
        np.testing.assert_allclose(json.loads(ask(server, target).body), expected(source.folder, target), atol=1e-6)


def test_the_contract_of_multi_model_containers(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    ask(server, TARGETS[0])
    (container,) = server.containers
    listed = json.loads(container.request("GET", "/models", (), b"", 5).body)["models"]
    (name,) = [model["modelName"] for model in listed]
    assert listed == [{"modelName": name, "modelUrl": f"/opt/ml/models/{name}/model"}]
    described = container.request("GET", f"/models/{name}", (), b"", 5)
    assert json.loads(described.body) == listed[0]

    again = json.dumps({"model_name": name, "url": listed[0]["modelUrl"]}).encode()
    for method, path, body, status in (
        ("POST", "/models", again, 409),
        ("POST", "/models", b'{"model_name": "x"}', 400),
        ("GET", "/models/none", b"", 404),
        ("DELETE", "/models/none", b"", 404),
        ("POST", "/models/none/invoke", b"1" * 500_000, 404),
        ("PUT", "/models", b"", 405),
        ("GET", "/elsewhere", b"", 404),
        ("GET", "/ping", b"", 200),
        ("DELETE", f"/models/{name}", b"", 200),
        ("POST", f"/models/{name}/invoke", b"1", 404),
    ):
        assert container.request(method, path, (), body, 5, key=path).status == status, (method, path)
    assert json.loads(container.request("GET", "/models", (), b"", 5).body) == {"models": []}
    assert ask(server, TARGETS[0]).ok  # the stack notices that it is gone, and loads it again


def test_many_models_are_listed_in_pages(serving: Serving, source: Source) -> None:
    server = serving.start(ContainerSpec(XGBOOST), multi_model=source)
    for target in TARGETS:
        ask(server, target)
    (container,) = server.containers
    first = json.loads(container.request("GET", "/models?limit=3", (), b"", 5).body)
    token = first["nextPageToken"]
    second = json.loads(container.request("GET", f"/models?limit=3&next_page_token={token}", (), b"", 5).body)
    assert (len(first["models"]), len(second["models"])) == (3, 2)
    assert "nextPageToken" not in second
    assert len({model["modelName"] for model in (*first["models"], *second["models"])}) == 5


def test_one_script_serves_all_models_of_the_scikit_learn_image(serving: Serving, tmp_path: Path) -> None:
    script = """
import pathlib
class Model:
    def __init__(self, factor): self.factor = factor
    def predict(self, rows): return rows.sum(axis=1) * self.factor
def model_fn(model_dir):
    return Model(int(pathlib.Path(model_dir, "factor").read_text()))
"""
    spec = serving.script_container(script)
    for factor in (2, 3):
        (tmp_path / "models" / str(factor)).mkdir(parents=True)
        (tmp_path / "models" / str(factor) / "factor").write_text(str(factor))
    server = serving.start(spec, multi_model=Source(tmp_path / "models"))
    for factor in (2, 3):
        answer = ask(server, str(factor), body=b"1,2,3")  # one row is a row here, unlike for a single model
        assert (answer.status, json.loads(answer.body)) == (200, [6.0 * factor])
    answer = ask(server, "2", "text/csv", b"1,2\n3,4\n")
    assert (answer.content_type, answer.body) == ("text/csv", b"6.0\n14.0\n")
    answer = ask(server, "2", body=b"a,b\n1")
    assert answer.status == 500
    assert b"Traceback (most recent call last)" in answer.body
    answer = server.invoke(Invocation(b"1", "image/png", target_model="2"))
    assert answer.status == 500
    assert answer.body.startswith(b"Content type image/png is not supported by this framework.")


def test_functions_of_a_script_may_take_the_context(serving: Serving, tmp_path: Path) -> None:
    script = "def model_fn(model_dir, context): return context.system_properties['model_dir']\n" + (
        "def transform_fn(model, body, content_type, accept): return model, 'text/plain'\n"
    )
    (tmp_path / "models" / "m").mkdir(parents=True)
    server = serving.start(serving.script_container(script), multi_model=Source(tmp_path / "models"))
    answer = ask(server, "m", body=b"1")
    assert answer.body.startswith(b"/opt/ml/models/")
    assert answer.body.endswith(b"/model")


def test_a_model_of_a_multi_model_script_image_needs_the_script(serving: Serving, source: Source) -> None:
    with pytest.raises(ServingError, match="name it in the environment variable SAGEMAKER_PROGRAM"):
        serving.start(ContainerSpec(SKLEARN), multi_model=source)


def test_stopping_lets_running_requests_finish(serving: Serving, tmp_path: Path) -> None:
    script = "import time\ndef model_fn(d): return 1\n" + (
        "def transform_fn(model, body, content_type, accept):\n    time.sleep(1)\n    return 'done', 'text/plain'\n"
    )
    (tmp_path / "models" / "m").mkdir(parents=True)
    server = serving.start(serving.script_container(script), multi_model=Source(tmp_path / "models"))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask, server, "m", body=b"1")
        while not server.loaded_models():
            time.sleep(0.02)
        time.sleep(0.2)
        server.stop(grace_seconds=20)
        assert running.result().body == b"done"
