"""The XGBoost image predicts what `Booster.predict` predicts."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from localaws.runtime import images
from localaws.runtime.serving import ContainerSpec, Invocation

from .conftest import XGBOOST, Serving, csv, rows, train

OBJECTIVES: dict[str, dict[str, Any]] = {
    "logistic": {},
    "softprob": {"objective": "multi:softprob", "num_class": 3},
    "softmax": {"objective": "multi:softmax", "num_class": 3},
    "hinge": {"objective": "binary:hinge"},
    "logitraw": {"objective": "binary:logitraw"},
    "reg-logistic": {"objective": "reg:logistic"},
    "squarederror": {"objective": "reg:squarederror"},
    "poisson": {"objective": "count:poisson"},
    "tweedie": {"objective": "reg:tweedie"},
    "ranking": {"objective": "rank:pairwise"},
    "dart": {"booster": "dart", "rate_drop": 0.2},
    "gblinear": {"booster": "gblinear", "objective": "reg:squarederror", "max_depth": None},
    "forest": {"num_parallel_tree": 3, "subsample": 0.5},
}


def numbers(text: bytes) -> np.ndarray[Any, Any]:
    return np.array([[float(cell) for cell in line.split(",")] for line in text.decode().splitlines()]).squeeze()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_predictions_are_those_of_booster_predict(name: str, serving: Serving, tmp_path: Path) -> None:
    train(tmp_path / "model", **OBJECTIVES[name])
    booster = xgboost.Booster()
    booster.load_model(bytearray((tmp_path / "model" / "xgboost-model").read_bytes()))
    server = serving.start(ContainerSpec(XGBOOST, {}, tmp_path / "model"))
    data = rows(500)
    expected = booster.predict(xgboost.DMatrix(data))

    answered = server.invoke(Invocation(csv(data), "text/csv"))
    np.testing.assert_allclose(numbers(answered.body), expected, atol=1e-6, rtol=0)

    one_by_one = [server.invoke(Invocation(csv(data[n : n + 1]), "text/csv")) for n in range(5)]
    np.testing.assert_allclose([numbers(answer.body) for answer in one_by_one], expected[:5], atol=1e-6, rtol=0)

    answered = server.invoke(Invocation(csv(data), "text/csv", "application/json"))
    scores = [prediction["score"] for prediction in json.loads(answered.body)["predictions"]]
    np.testing.assert_allclose(scores, expected, atol=1e-6, rtol=0)


def test_an_ensemble_predicts_the_mean_of_its_models(serving: Serving, tmp_path: Path) -> None:
    boosters = [train(tmp_path / "model", 5 * n, f"xgboost-model-{n}", seed=n, subsample=0.5) for n in (1, 2, 3)]
    data = rows(20)
    each = [booster.predict(xgboost.DMatrix(data)) for booster in boosters]
    assert np.ptp([prediction[0] for prediction in each]) > 1e-3

    server = serving.start(ContainerSpec(XGBOOST, {}, tmp_path / "model"))
    answered = server.invoke(Invocation(csv(data), "text/csv"))
    np.testing.assert_allclose(numbers(answered.body), np.mean(each, axis=0), atol=1e-6)

    server = serving.start(ContainerSpec(XGBOOST, {"SAGEMAKER_INFERENCE_ENSEMBLE": "false"}, tmp_path / "model"))
    answered = server.invoke(Invocation(csv(data), "text/csv"))
    np.testing.assert_allclose(numbers(answered.body), each[0], atol=1e-6)


def test_an_ensemble_of_classes_votes(serving: Serving, tmp_path: Path) -> None:
    parameters = {"objective": "multi:softmax", "num_class": 3, "subsample": 0.3, "max_depth": 6}
    boosters = [train(tmp_path / "model", 3, f"xgboost-model-{n}", seed=n, **parameters) for n in (1, 2, 3)]
    data = rows(200)
    each = np.array([booster.predict(xgboost.DMatrix(data)) for booster in boosters]).astype(int)
    agreed = [np.bincount(column).argmax() for column in each.T]
    assert any(len(set(column)) > 1 for column in each.T)

    server = serving.start(ContainerSpec(XGBOOST, {}, tmp_path / "model"))
    assert numbers(server.invoke(Invocation(csv(data), "text/csv")).body).tolist() == agreed


def test_concurrent_requests_get_their_own_answers(serving: Serving, model_dir: Path, booster: xgboost.Booster) -> None:
    server = serving.start(ContainerSpec(XGBOOST, {}, model_dir))
    data = rows(200)
    expected = booster.predict(xgboost.DMatrix(data))
    wrong: list[int] = []

    def ask(first: int) -> None:
        for n in range(first, len(data), 8):
            answer = server.invoke(Invocation(csv(data[n : n + 1]), "text/csv"))
            if abs(float(answer.body) - expected[n]) > 1e-6:
                wrong.append(n)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(set(expected.tolist())) > 100


def test_a_payload_of_megabytes_is_answered(serving: Serving, model_dir: Path, booster: xgboost.Booster) -> None:
    server = serving.start(ContainerSpec(XGBOOST, {}, model_dir))
    data = np.repeat(rows(500), 120, axis=0)
    body = csv(data)
    assert 4e6 < len(body) < 6 * 1024**2
    answered = server.invoke(Invocation(body, "text/csv"))
    np.testing.assert_allclose(numbers(answered.body), booster.predict(xgboost.DMatrix(data)), atol=1e-6)


@pytest.mark.slow
def test_predicting_without_a_matrix_gives_the_same_bits() -> None:
    """The short cut for rows in an array, against `Booster.predict`, for every shape of answer and odd values."""
    programs = str(images.PROGRAMS)
    script = f"import sys; sys.path.insert(0, {programs!r})\n" + textwrap.dedent("""
        import numpy as np, xgboost
        from model_server.xgboost_model.direct import direct_predictor
        generator = np.random.default_rng(5)
        data = generator.normal(size=(300, 6))
        data[generator.random(data.shape) < 0.2] = np.nan
        label = generator.integers(0, 3, size=300)
        for parameters in (
            {"objective": "reg:squarederror"},
            {"objective": "multi:softprob", "num_class": 3},
            {"objective": "binary:logistic", "base_score": 0.3, "max_depth": 9},
            {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.9]},
            {"objective": "count:poisson", "num_parallel_tree": 4, "subsample": 0.5},
        ):
            used = label > 0 if parameters["objective"] == "binary:logistic" else label
            booster = xgboost.train({**parameters, "nthread": 1}, xgboost.DMatrix(data, label=used), 12)
            predict = direct_predictor(xgboost, booster, 6)
            assert predict is not None, parameters
            for rows in (data, data[:1], data[:63] * 1e30, np.zeros((1, 6)), np.full((2, 6), np.nan), data[:40] / 1e40):
                assert np.array_equal(predict(rows), booster.predict(xgboost.DMatrix(rows))), parameters
            assert predict(data[:, :5]) is None
        for parameters in ({"booster": "gblinear"}, {"booster": "dart", "rate_drop": 0.5}):
            booster = xgboost.train(parameters, xgboost.DMatrix(data, label=label), 12)
            assert direct_predictor(xgboost, booster, 6) is None, "it predicts otherwise"
        """)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
