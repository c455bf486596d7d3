"""Every number that the XGBoost image prints while it trains, against scikit-learn or bare xgboost, per objective."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn import metrics as sk

from localaws.images.xgboost_algorithm.evaluation import custom_metric
from localaws.runtime import run

from .xgboost_cases import BINARY, CASES, CHANNELS, ROUNDS, data

DRIVER = Path(__file__).with_name("xgboost_cases.py")
ROUNDED = 6e-6  # five digits are printed
# The oldest runtime that an image table may name (its custom metrics came with 1.6), and what pyproject.toml allows.
VERSIONS = {
    "1.7": ("xgboost==1.7.6", "numpy<2", "scikit-learn<1.6"),
    "2.1": ("xgboost-cpu==2.1.4", "scikit-learn<1.8"),
    "3.0": ("xgboost-cpu==3.0.5", "scikit-learn<1.8"),
}


def _trained(python: str, folder: Path) -> Path:
    command = [python, str(DRIVER), str(run.PROGRAMS), str(folder)]
    threads = {**os.environ, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=threads)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all cases, trained with this environment's xgboost."""
    return _trained(sys.executable, tmp_path_factory.mktemp("cases"))


def _printed(folder: Path) -> list[dict[str, float]]:
    """For each round {"validation-auc": …}."""
    lines = [line for line in (folder / "log").read_text().splitlines() if re.match(r"\[\d+\]\t", line)]
    assert [line.partition("\t")[0] for line in lines] == [f"[{number}]" for number in range(len(lines))]
    entries = [[entry.rpartition(":") for entry in line.split("\t")[1:]] for line in lines]
    return [{name: float(value) for name, _, value in line} for line in entries]


def _classes(scores: Any) -> Any:
    return scores.argmax(axis=1) if scores.ndim > 1 else (scores > 0).astype(int)


_BY_SKLEARN: dict[str, Callable[[Any, Any], float]] = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1": lambda truth, found: sk.f1_score(truth, found, average="macro"),
    "f1_macro": lambda truth, found: sk.f1_score(truth, found, average="macro"),
    "f1_binary": sk.f1_score,
    "precision": sk.precision_score,
    "precision_macro": lambda truth, found: sk.precision_score(truth, found, average="macro"),
    "precision_micro": lambda truth, found: sk.precision_score(truth, found, average="micro"),
    "recall": sk.recall_score,
    "recall_macro": lambda truth, found: sk.recall_score(truth, found, average="macro"),
    "recall_micro": lambda truth, found: sk.recall_score(truth, found, average="micro"),
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "mae": sk.mean_absolute_error,
    "r2": sk.r2_score,
}


def _expected(case: dict[str, Any], bare: dict[str, Any], channel: str, metric: str) -> float:
    """The metric of the model that was saved, by scikit-learn where it has it, else by bare xgboost."""
    first, last = CHANNELS[channel]
    _, labels, weights = data(case["kind"])
    truth, found = labels[first:last], bare[channel]
    if metric in BINARY:
        return float(_BY_SKLEARN[metric](truth, _classes(np.array(found["scores"]))))
    old = case["tag"] == "1.2-2" and metric in ("mae", "rmse")
    if metric in _BY_SKLEARN and not old:
        return float(_BY_SKLEARN[metric](truth, np.array(found["predictions"])))
    if old:  # xgboost's own, which know weights
        difference, weight = truth - np.array(found["predictions"]), weights[first:last]
        power = 1 if metric == "mae" else 2
        return float(np.average(np.abs(difference) ** power, weights=weight) ** (1 / power))
    return float(found["own"][metric])


def _check(name: str, folder: Path) -> None:
    case, bare, rounds = CASES[name], json.loads((folder / "bare.json").read_text()), _printed(folder)
    assert rounds
    assert all(list(line) == list(rounds[0]) for line in rounds)
    model = rounds[bare["rounds"] - 1]
    asked = {*case["hyperparameters"].get("eval_metric", "").split(",")} - {""}
    for channel in CHANNELS:
        printed = {key.partition("-")[2] for key in model if key.startswith(channel)}
        assert asked <= printed
        for metric in printed:
            expected = _expected(case, bare, channel, metric)
            value = model[f"{channel}-{metric}"]
            assert value == pytest.approx(expected, abs=ROUNDED, rel=2e-5), f"{name} {channel}-{metric}"


@pytest.mark.filterwarnings("ignore:Precision is ill-defined")  # where all rows are taken for one class
@pytest.mark.parametrize("name", CASES)
def test_printed_metrics_are_true(name: str, trained: Path) -> None:
    _check(name, trained / name)


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Precision is ill-defined")
@pytest.mark.parametrize("version", VERSIONS)
def test_printed_metrics_are_true_with_other_releases(version: str, tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "venv")], check=True)
    subprocess.run([*uv, "pip", "install", "-q", "--python", str(python), *VERSIONS[version]], check=True)
    folder = _trained(str(python), tmp_path / "cases")
    for name in CASES:
        _check(name, folder / name)


@pytest.mark.parametrize("name", ["logistic", "hinge", "reg-logistic", "two-of-softmax", "dart", "gblinear", "skewed"])
def test_accuracy_is_one_minus_the_error_rate_in_every_round(name: str, trained: Path) -> None:
    for line in _printed(trained / name):
        error = line.get("validation-error", line.get("validation-merror"))
        assert line["validation-accuracy"] == pytest.approx(1 - error, abs=2 * ROUNDED)


def test_old_and_new_tags_print_the_same(trained: Path) -> None:
    printed = {tag: _printed(trained / tag) for tag in CASES if tag.startswith("tag-")}
    assert len(printed) == 8
    assert all(lines == printed["tag-3.0-5"] for lines in printed.values())


@pytest.mark.parametrize(
    ("name", "metric"),
    [("stopped", "accuracy"), ("stopped-by-tuner", "f1_macro"), ("stopped-by-rank", "ndcg@5")],
)
def test_early_stopping_keeps_the_round_with_the_highest_value(name: str, metric: str, trained: Path) -> None:
    values = [line[f"validation-{metric}"] for line in _printed(trained / name)]
    bare = json.loads((trained / name / "bare.json").read_text())
    best = values.index(max(values))
    assert best > 0, "the first round is the best: the case shows nothing"
    assert bare["rounds"] == best + 1
    assert int(bare["best"]["best_iteration"]) == best
    assert float(bare["best"]["best_score"]) == pytest.approx(values[best], abs=ROUNDED)
    patience = int(CASES[name]["hyperparameters"]["early_stopping_rounds"])
    assert len(values) == best + 1 + patience < 60


def test_a_warning_about_a_metric_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    matrix = xgboost.DMatrix(np.zeros((4, 1)), label=[0, 1, 0, 1])
    evaluate = custom_metric(["precision", "recall", "precision_macro"], "binary:logistic")
    for _ in range(3):
        assert dict(evaluate(np.full(4, 0.5), matrix)) == {"precision": 0, "recall": 0, "precision_macro": 0.25}
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == len(set(texts)) == 2
    assert all(text.startswith("Precision is ill-defined") for text in texts)


def test_without_early_stopping_all_rounds_are_kept(trained: Path) -> None:
    for name in ("logistic", "softmax", "tuned"):
        assert (
            len(_printed(trained / name)) == json.loads((trained / name / "bare.json").read_text())["rounds"] == ROUNDS
        )
