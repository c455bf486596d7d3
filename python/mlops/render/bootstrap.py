"""The models that a first apply serves: encoder and XGBoost, trained on a data set by the project's own jobs.

They belong to one schema and its data, which `bootstrap.json` names by their SHA-256, so that Terraform refuses to put
them in front of another data set. Another data set gets its own with `mlops models bootstrap`.
"""

import contextlib
import functools
import io
import json
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from mlops.jobs.errors import JobError
from mlops.jobs.metrics import model_quality
from mlops.jobs.outputs import tar_gz
from mlops.jobs.training.evaluate import load_booster, read_encoded
from mlops.jobs.training.preprocess import preprocess
from mlops.render.document import canonical_json
from mlops.render.errors import RenderError

__all__ = ["ENCODER", "FILES", "MODELS", "SEED", "bootstrap", "committed_or_new", "same_answers", "sample_rows"]

ROOT = Path(__file__).resolve().parents[3]
SEED = 42
ENCODER = "encoder.tar.gz"
_DESCRIPTION = "bootstrap.json"
_DECISION = 0.5
# Sums in another order (other processors, other releases of XGBoost) move a score by far less.
_SAME_SCORE = 1e-5


@dataclass(frozen=True)
class Model:
    """One XGBoost model: its archive, what it is for, and the hyperparameters that differ from the pipeline's."""

    archive: str
    purpose: str
    rounds: int
    max_depth: int


MODELS = {
    "default": Model("xgboost-default.tar.gz", "the training pipeline's default hyperparameters", 100, 5),
    "shallow": Model("xgboost-shallow.tar.gz", "fewer and smaller trees, to compare with", 50, 3),
}
FILES = (_DESCRIPTION, ENCODER, *(model.archive for model in MODELS.values()))


def bootstrap(schema: Path) -> dict[str, bytes]:
    """File name → content of the bootstrap models for the data set of `schema`, which names its CSV.

    The same machine gives the same bytes again: one thread, a fixed seed, archives without times.

    Raises:
        RenderError: the schema or its data cannot be used; the job's own message.
    """
    return _trained_on(schema)[0]


def _trained_on(schema: Path) -> tuple[dict[str, bytes], Any]:
    """What `bootstrap` gives, and the encoded training rows (n, features)."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        output = Path(folder)
        try:
            data = schema.parent / json.loads(schema.read_text(encoding="utf-8"))["file"]
            preprocess(data, schema, output, SEED)
        except (JobError, OSError, ValueError, KeyError, TypeError) as error:
            raise RenderError(f"no bootstrap model can be trained for {schema}: {error}") from None
        train = read_encoded(output / "train")
        files = {model.archive: _trained(model, *train) for model in MODELS.values()}
        files[ENCODER] = (output / "encoder" / "model.tar.gz").read_bytes()
        report = json.loads((output / "report" / "report.json").read_text(encoding="utf-8"))
        files[_DESCRIPTION] = _description(report, files, read_encoded(output / "test"))
    return files, train[1]


@functools.cache
def committed_or_new(name: str) -> bytes:
    """The file `name` of the bundled data set's bootstrap models: what is committed, while it is still right.

    Scores may differ in the last digit between processors, and each release of XGBoost writes its own version into a
    model, so a committed model stays as long as it answers alike.
    """
    return _bundled()[name]


def sample_rows(features: Any) -> Any:
    """Rows to compare two models on: the training rows `features` (n, columns), and as many drawn from their quantiles.

    Every leaf of a tree is reached by some training row. The drawn ones combine values that no training row combines,
    and each value is missing in one of ten, as serving may have it.
    """
    generator = np.random.default_rng(SEED)
    drawn = np.column_stack([generator.permutation(column) for column in features.T])
    drawn[generator.random(drawn.shape) < 0.1] = np.nan
    return np.concatenate([features, drawn])


def same_answers(one: bytes, other: bytes, features: Any) -> bool:
    """Whether two XGBoost archives score the rows `features` (n, columns) alike."""
    first, second = (_booster(archive).predict(xgboost.DMatrix(features)) for archive in (one, other))
    return bool(np.allclose(first, second, rtol=0, atol=_SAME_SCORE))


@functools.cache
def _bundled() -> Mapping[str, bytes]:
    schema, folder = ROOT / "data" / "adult" / "schema.json", ROOT / "rendered" / "bootstrap"
    fresh, features = _trained_on(schema)
    committed = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    rows = sample_rows(features)
    alike = {ENCODER: lambda old, new: _members(old) == _members(new)} | {
        model.archive: lambda old, new: same_answers(old, new, rows) for model in MODELS.values()
    }
    kept = {
        name: committed[name]
        for name, same in alike.items()
        if name in committed and _try(same, committed[name], fresh[name])
    }
    return fresh | kept


def _try(same: Any, committed: bytes, fresh: bytes) -> bool:
    try:
        return bool(same(committed, fresh))
    except (JobError, tarfile.TarError, OSError):  # what is committed is no model
        return False


def _trained(model: Model, positive: Any, features: Any) -> bytes:
    parameters = {
        "objective": "binary:logistic",
        "eta": 0.2,
        "max_depth": model.max_depth,
        "seed": SEED,
        "nthread": 1,
    }
    booster = xgboost.train(parameters, xgboost.DMatrix(features, positive, nthread=1), model.rounds)
    return tar_gz({"xgboost-model": bytes(booster.save_raw("ubj"))})


def _description(report: dict[str, Any], files: Mapping[str, bytes], test: tuple[Any, Any]) -> bytes:
    positive, features = test
    models = {}
    for name, model in MODELS.items():
        scores = _booster(files[model.archive]).predict(xgboost.DMatrix(features)).astype(np.float64)
        quality = model_quality(positive, scores, _DECISION)["binary_classification_metrics"]
        models[name] = {
            "archive": model.archive,
            "auc": round(quality["auc"]["value"], 3),
            "hyperparameters": {"eta": 0.2, "max_depth": model.max_depth, "num_round": model.rounds, "seed": SEED},
            "purpose": model.purpose,
        }
    document = {
        "data": {"rows": report["data"]["rows"], "sha256": report["data"]["sha256"]},
        "encoder": ENCODER,
        "features": report["columns"]["features"],
        "models": models,
        "schema": report["schema"],
    }
    return canonical_json(document).encode("ascii")


def _booster(archive: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.tar.gz"
        file.write_bytes(archive)
        return load_booster(file)


def _members(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
        return {member.name: stream.read() for member in packed.getmembers() if (stream := packed.extractfile(member))}
