"""The XGBoost image answers as AWS's: statuses, types, separators and messages."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from localaws.runtime.serving import ContainerSpec, Invocation

from .conftest import REGISTRY, XGBOOST, Serving, csv, rows, train

GOLDEN = Path(__file__).with_name("golden")
RUNS: list[dict[str, Any]] = json.loads((GOLDEN / "xgboost_answers.json").read_text(encoding="utf-8"))
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e[-+]?\d+)?")


def comparable(answer: str) -> tuple[str, list[float]]:
    """The text without its fractions, and these."""
    # xgboost says where in its source it noticed something, and numbers versions and lines otherwise in each release.
    answer = re.sub(r"\[\d\d:\d\d:\d\d\] /\S+?: ", "", answer).partition("\nStack trace")[0]
    return NUMBER.sub("#", answer), [float(number) for number in NUMBER.findall(answer)]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: "-".join([run["model"], *run["environment"]]))
def test_answers_are_those_of_aws(run: dict[str, Any], serving: Serving, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    shutil.copy(GOLDEN / "models" / f"{run['model']}.json", model / "xgboost-model")
    server = serving.start(ContainerSpec(XGBOOST, {**run["environment"], "SAGEMAKER_MODEL_SERVER_WORKERS": "1"}, model))
    for request in run["requests"]:
        body = base64.b64decode(request["base64"]) if "base64" in request else request["text"].encode()
        answer = server.invoke(Invocation(body, request["content_type"], request["accept"]))
        assert answer.status == request["status"], request
        if answer.status != 204:
            assert answer.content_type == request["answered_type"], request
        text, found = comparable(answer.body.decode())
        expected_text, expected = comparable(request["answer"])
        assert text == expected_text, request
        assert found == pytest.approx(expected, abs=1e-6), request


def test_the_golden_answers_hold_every_status() -> None:
    statuses = {request["status"] for run in RUNS for request in run["requests"]}
    assert statuses == {200, 204, 400, 406, 413, 415, 500}


def test_old_images_write_all_scores_on_one_line(serving: Serving, model_dir: Path) -> None:
    server = serving.start(ContainerSpec(f"{REGISTRY}/sagemaker-xgboost:1.0-1-cpu-py3", {}, model_dir))
    assert re.fullmatch(rb"0\.\d+,0\.\d+,0\.\d+", server.invoke(Invocation(csv(rows(3)), "text/csv")).body)


@pytest.mark.parametrize(("tag", "shifted"), [("1.7-1", False), ("3.2-0", True)])
def test_libsvm_that_counts_from_one(tag: str, shifted: bool, serving: Serving, tmp_path: Path) -> None:
    train(tmp_path / "model")
    server = serving.start(ContainerSpec(f"{REGISTRY}/sagemaker-xgboost:{tag}", {}, tmp_path / "model"))
    from_zero = server.invoke(Invocation(b"0 0:0.4 1:7 3:2e6", "text/libsvm")).body
    from_one = server.invoke(Invocation(b"0 1:0.4 2:7 4:2e6", "text/libsvm")).body
    assert (from_zero == from_one) == shifted


def test_ping_execution_parameters_and_unknown_paths(serving: Serving, model_dir: Path) -> None:
    server = serving.start(ContainerSpec(XGBOOST, {}, model_dir))
    (container,) = server.containers
    assert server.ping()
    answer = container.request("GET", "/execution-parameters", (), b"", 5)
    assert json.loads(answer.body).keys() == {"BatchStrategy", "MaxConcurrentTransforms", "MaxPayloadInMB"}
    assert json.loads(answer.body)["MaxPayloadInMB"] == 6
    assert container.request("GET", "/nothing", (), b"", 5).status == 404
    assert container.request("GET", "/invocations", (), b"", 5).status == 405
    assert container.request("POST", "/ping", (), b"", 5).status == 405


def test_a_pickled_booster_checks_the_number_of_columns(serving: Serving, tmp_path: Path) -> None:
    import pickle

    booster = train(tmp_path / "other")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "xgboost-model").write_bytes(pickle.dumps(booster))
    server = serving.start(ContainerSpec(XGBOOST, {}, tmp_path / "model"))
    assert server.invoke(Invocation(csv(rows(1)), "text/csv")).status == 200
    assert server.invoke(Invocation(csv(rows(1)[:, :4]), "text/csv")).status == 200
    answer = server.invoke(Invocation(csv(rows(1)[:, :3]), "text/csv"))
    assert (answer.status, answer.body) == (
        400,
        b"Unable to evaluate payload provided: Feature size of csv inference data 3 is not consistent with feature "
        b"size of trained model 5.",
    )
    answer = server.invoke(Invocation(b"0 0:1 6:2", "text/libsvm"))
    assert answer.status == 400
    assert b"Feature size of libsvm inference data 7 is larger than feature size of trained model 5." in answer.body
