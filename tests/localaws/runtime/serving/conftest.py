"""Model servers of the tests: real processes, real models."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from localaws.runtime.images import ImageTable, load_images
from localaws.runtime.serving import ContainerSpec, ModelServer

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
XGBOOST = f"{REGISTRY}/sagemaker-xgboost:3.2-0"
SKLEARN = f"{REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3"
START_SECONDS = 60.0


class Log:
    """The lines that containers write."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._grown = threading.Condition()

    def __call__(self, container: str, line: str) -> None:
        with self._grown:
            self.lines.append((container, line))
            self._grown.notify_all()

    def wait_for(self, words: str, seconds: float = 20.0) -> str:
        """The first line with `words`, which may still come."""

        def found() -> str | None:
            return next((line for _, line in self.lines if words in line), None)

        with self._grown:
            assert self._grown.wait_for(lambda: found() is not None, seconds), f"no {words!r} in {self.lines}"
        return str(found())


class Serving:
    """Starts model servers, and stops them when the test is over."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, Log()
        self._servers: list[ModelServer] = []

    def make(self, *containers: ContainerSpec, images: ImageTable | None = None, **options: Any) -> ModelServer:
        """A server that is not started yet."""
        options.setdefault("environment", {})
        server = ModelServer(
            containers,
            work_dir=self.folder / f"server-{len(self._servers)}",
            images=images or load_images(),
            on_line=self.log,
            **options,
        )
        self._servers.append(server)
        return server

    def start(self, *containers: ContainerSpec, **options: Any) -> ModelServer:
        """A server that answers."""
        server = self.make(*containers, **options)
        server.start(START_SECONDS)
        return server

    def script(self, text: str, image: str = SKLEARN, env: dict[str, str] | None = None) -> ModelServer:
        """A server of a script, put into code/inference.py of its model."""
        return self.start(self.script_container(text, image=image, env=env))

    def script_container(
        self,
        text: str,
        *,
        image: str = SKLEARN,
        name: str = "",
        env: dict[str, str] | None = None,
        files: dict[str, str] | None = None,
    ) -> ContainerSpec:
        """One container with a script."""
        model = self.folder / f"model-{name or len(self._servers)}"
        for path, content in {"code/inference.py": text, **(files or {})}.items():
            (model / path).parent.mkdir(parents=True, exist_ok=True)
            (model / path).write_text(content, encoding="utf-8")
        environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
        return ContainerSpec(image, environment | (env or {}), model, name or None)

    def stop(self) -> None:
        for server in self._servers:
            server.stop(grace_seconds=2)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def shared_serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """For servers that a module's tests share."""
    made = Serving(tmp_path_factory.mktemp("serving"))
    yield made
    made.stop()


COLUMNS = 5
Rows = np.ndarray[Any, Any]


def rows(count: int, seed: int = 3) -> Rows:
    """Random rows with some missing values."""
    generator = np.random.default_rng(seed)
    made = generator.normal(size=(count, COLUMNS)) * [1, 10, 0.001, 1e6, 1]
    made[generator.random(made.shape) < 0.1] = np.nan
    return made


def csv(data: Rows) -> bytes:
    """Rows as CSV; a missing value is an empty cell."""
    lines = (",".join("" if np.isnan(value) else repr(value) for value in row) for row in data.tolist())
    return "\n".join(lines).encode()


def train(folder: Path, rounds: int = 30, name: str = "xgboost-model", **parameters: Any) -> xgboost.Booster:
    """Train on random rows and write the model as SageMaker's training does."""
    data = rows(800, seed=11)
    classes = parameters.get("num_class", 2)
    label = np.digitize(np.nan_to_num(data[:, 0] + 0.1 * data[:, 1]), np.linspace(-1, 1, classes + 1)[1:-1])
    chosen = {"objective": "binary:logistic", "max_depth": 4, "nthread": 1, **parameters}
    used = {key: value for key, value in chosen.items() if value is not None}
    booster = xgboost.train(used, xgboost.DMatrix(data, label=label), rounds)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(booster.save_raw("ubj"))
    return booster


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/opt/ml/model of a binary classifier."""
    folder = tmp_path_factory.mktemp("model")
    train(folder)
    return folder


@pytest.fixture(scope="session")
def booster(model_dir: Path) -> xgboost.Booster:
    """The model of `model_dir`, loaded anew."""
    made = xgboost.Booster()
    made.load_model(bytearray((model_dir / "xgboost-model").read_bytes()))
    return made
