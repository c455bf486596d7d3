"""The models of a multi-model server: loaded on first use, unloaded least recently used first."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from localaws.runtime.serving.artifact import ArtifactError
from localaws.runtime.serving.container import Container
from localaws.runtime.serving.interface import LoadedModel, ModelLoad, MultiModelSource, ServingError

__all__ = ["Models"]

_LOAD_SECONDS = 360.0  # AWS goes on loading so long, whoever waits
_WAIT_SECONDS = 60.0  # and lets a caller wait so long
_JSON = ("Content-Type", "application/json")


@dataclass
class _Model:
    target: str
    name: str
    settled: threading.Event = field(default_factory=threading.Event)
    loaded: bool = False
    needs_room: bool = False
    error: ServingError | None = None
    users: int = 0
    used_at: float = field(default_factory=time.monotonic)
    download_us: int = 0
    load_us: int = 0


class Models:
    """Loads a model once however many ask for it at once; every method may be called from any thread.

    AWS goes on serving a model that it has loaded, whatever becomes of its artifact, until the model is unloaded; so
    does this.
    """

    def __init__(self, container: Container, source: MultiModelSource, folder: Path, cache: bool) -> None:
        self.container, self._source, self._folder, self._cache = container, source, folder, cache
        self._changed = threading.Condition()
        self._models: dict[str, _Model] = {}
        self._unloading = self._made_room = 0  # how many are being unloaded; how many were

    @contextmanager
    def use(self, target: str, seconds: float) -> Iterator[tuple[str, ModelLoad | None]]:
        """The container's name for `target`, loaded for as long as the context lasts; raises ServingError."""
        began = time.monotonic()
        with self._changed:
            model = self._models.get(target)
            fresh = model is None
            if model is None:
                # The container's name is of no meaning, and new each time: an earlier process may still be ending.
                name = hashlib.sha256(f"{target} {time.monotonic_ns()}".encode()).hexdigest()[:32]
                model = self._models[target] = _Model(target, name)
            model.users += 1
        try:
            loaded = not fresh and model.settled.is_set()
            if fresh:
                threading.Thread(target=self._load, args=(model,), name=f"load-{target}", daemon=True).start()
            if not model.settled.wait(min(seconds, _WAIT_SECONDS)):
                raise ServingError(
                    "not-ready",
                    f"Model {target} is not ready for inference: it is still being loaded. Try again.",
                    hostname=self.container.name,
                    status=429,
                )
            if model.error:
                raise model.error
            waited = round((time.monotonic() - began) * 1e6)
            yield model.name, None if loaded else ModelLoad(model.download_us, model.load_us, waited)
        finally:
            with self._changed:
                model.users -= 1
                model.used_at = time.monotonic()
                done = not self._cache and model.users == 0 and model.loaded
                if done and self._models.get(target) is model:
                    del self._models[target]
                self._changed.notify_all()
            if done:
                self._unload(model)

    def loaded(self) -> list[LoadedModel]:
        """The models that are loaded now."""
        with self._changed:
            return [LoadedModel(model.target, model.used_at) for model in self._models.values() if model.loaded]

    def forget(self, target: str, name: str) -> None:
        """The container has lost the model that it called `name`: the next use loads it again."""
        with self._changed:
            model = self._models.get(target)
            if model and model.name == name:
                del self._models[target]
        self.container.forget(name)
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def _load(self, model: _Model) -> None:
        folder = self._folder / model.name / "model"
        try:
            began = time.perf_counter_ns()
            folder.mkdir(parents=True)
            self._source.fetch(model.target, folder)
            fetched = time.perf_counter_ns()
            self._register(model)
            model.download_us, model.load_us = (fetched - began) // 1000, (time.perf_counter_ns() - fetched) // 1000
            model.loaded = True
        except ArtifactError as error:
            model.error = ServingError("model", str(error), hostname=self.container.name, status=400)
            model.error.__cause__ = error
        except ServingError as error:
            model.error = error
        finally:
            with self._changed:
                if not model.loaded:
                    del self._models[model.target]
                    self._made_room += 1
                    shutil.rmtree(self._folder / model.name, ignore_errors=True)
                    model.error = model.error or ServingError("model", f"Loading {model.target} was broken off.")
                model.settled.set()
                self._changed.notify_all()

    def _register(self, model: _Model) -> None:
        """Have the container load the model; unload others as long as it has no room."""
        deadline = time.monotonic() + _LOAD_SECONDS
        asked = {"model_name": model.name, "url": f"/opt/ml/models/{model.name}/model"}
        header = (_JSON, ("X-Amzn-SageMaker-Target-Model", model.target))
        while True:
            left = deadline - time.monotonic()
            answer = self.container.request("POST", "/models", header, json.dumps(asked).encode(), max(left, 1.0))
            if answer.status in (200, 409):
                return
            words = _message(answer.body)
            if answer.status != 507:
                raise ServingError(
                    "model",
                    f"Model {model.target} cannot be loaded: the {self.container.name} container answered "
                    f"{answer.status}: {words}",
                    hostname=self.container.name,
                    status=answer.status if answer.status >= 500 else 500,
                )
            self._make_room(model, words, deadline)

    def _make_room(self, model: _Model, words: str, deadline: float) -> None:
        """Unload the least recently used model, or wait until there is one or another has made room."""
        with self._changed:
            made_room = self._made_room
            model.needs_room = True
            try:
                while self._unloading or not (idle := self._idle()):
                    # Models that need room themselves make none for this one.
                    hopeless = not self._unloading and all(other.needs_room for other in self._models.values())
                    if hopeless or not self._changed.wait(deadline - time.monotonic()):
                        raise ServingError(
                            "memory",
                            f"Model {model.target} cannot be loaded: the {self.container.name} container is out of "
                            f"memory and there is no model to unload. {words}",
                            hostname=self.container.name,
                            status=507,
                        )
                    if self._made_room != made_room:
                        return
            finally:
                model.needs_room = False
            oldest = min(idle, key=lambda other: other.used_at)
            del self._models[oldest.target]
        self._unload(oldest)

    def _idle(self) -> list[_Model]:
        return [model for model in self._models.values() if model.loaded and model.users == 0]

    def _unload(self, model: _Model) -> None:
        with self._changed:
            self._unloading += 1
        self.container.forget(model.name)
        # A container that has just ended, or is stopping, has no models any more.
        with suppress(ServingError):
            self.container.request("DELETE", f"/models/{model.name}", (), b"", _WAIT_SECONDS)
        shutil.rmtree(self._folder / model.name, ignore_errors=True)
        with self._changed:
            self._unloading -= 1
            self._made_room += 1
            self._changed.notify_all()


def _message(body: bytes) -> str:
    """What an error of the container says: the `message` of JSON, else the text."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace").strip()
