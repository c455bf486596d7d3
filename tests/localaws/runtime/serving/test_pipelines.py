"""Inference pipelines: what one container answers, the next one is asked."""

from __future__ import annotations

import csv
import json
import math
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from localaws.runtime.serving import ContainerSpec, Invocation, ServingError, artifact
from mlops.jobs.training.preprocess import preprocess

from .conftest import SKLEARN, XGBOOST, Serving

PROJECT = Path(__file__).resolve().parents[4]
STEP = """
import os
def model_fn(model_dir): return os.environ["NAME"]
def transform_fn(name, body, content_type, accept):
    text = body if isinstance(body, str) else body.decode()
    if "bad" in text and name == os.environ.get("FAILS"):
        raise ValueError("cannot use this")
    return f"{text}>{name}({content_type}|{accept})", "application/" + name
"""


def step(serving: Serving, name: str, **env: str) -> ContainerSpec:
    return serving.script_container(STEP, name=name, env={"NAME": name, **env})


def test_types_and_bodies_are_handed_on_and_accept_goes_to_the_last(serving: Serving) -> None:
    server = serving.start(*(step(serving, name) for name in ("one", "two", "three")))
    answer = server.invoke(Invocation(b"x", "text/csv", "text/special"))
    assert answer.body == (
        b"x>one(text/csv|application/json)>two(application/one|application/json)>three(application/two|text/special)"
    )
    assert (answer.content_type, answer.hostname) == ("application/three", "three")
    assert answer.latency_us > 0


def test_an_error_stops_the_pipeline_and_names_the_container(serving: Serving) -> None:
    server = serving.start(*(step(serving, name, FAILS="two") for name in ("one", "two", "three")))
    assert server.invoke(Invocation(b"good", "text/csv")).hostname == "three"
    answer = server.invoke(Invocation(b"bad", "text/csv"))
    assert (answer.status, answer.hostname) == (500, "two")
    assert server.invoke(Invocation(b"good", "text/csv")).ok


def test_direct_mode_asks_the_container_that_is_named(serving: Serving) -> None:
    server = serving.start(step(serving, "one"), step(serving, "two"), mode="Direct")
    answer = server.invoke(Invocation(b"x", "text/csv", "a/b", target_container="two"))
    assert answer.body == b"x>two(text/csv|a/b)"
    with pytest.raises(ServingError, match="'three' is not one of the model's: one, two") as raised:
        server.invoke(Invocation(b"x", target_container="three"))
    assert raised.value.status == 400


def test_a_container_that_cannot_start_is_named_and_the_others_end(serving: Serving) -> None:
    server = serving.make(step(serving, "one"), ContainerSpec(SKLEARN, hostname="broken"))
    with pytest.raises(ServingError, match="The broken container did not pass the ping health check"):
        server.start(60)
    assert not server.ping()
    assert not (serving.folder / "server-0").exists()


@pytest.mark.parametrize("count", [0, 16])
def test_the_number_of_containers_is_checked(count: int, serving: Serving) -> None:
    with pytest.raises(ValueError, match=f"1 to 15 containers, not {count}"):
        serving.make(*[ContainerSpec(SKLEARN)] * count)


def test_fifteen_containers_make_a_pipeline(serving: Serving) -> None:
    names = [f"step{n}" for n in range(15)]
    server = serving.start(*(step(serving, name, SAGEMAKER_MODEL_SERVER_WORKERS="1") for name in names))
    answer = server.invoke(Invocation(b"x", "text/csv"))
    assert answer.body.decode().count(">") == 15
    assert answer.hostname == "step14"


def encode_by_hand(row: list[str], document: dict[str, Any]) -> list[float]:
    """A raw row by the format of encoder.json in docs/schema.md."""
    encoded = []
    for text, feature in zip(row, document["features"], strict=True):
        if text in document["missing_values"]:
            encoded.append(math.nan)
        elif feature["type"] == "number":
            encoded.append(float(text))
        else:
            encoded.append(feature["means"].get(text, document["prior"]))
    return encoded


def test_the_projects_encoder_feeds_xgboost_raw_rows(serving: Serving, tmp_path: Path) -> None:
    """As the project deploys it: the encoder of the preprocessing job in front of a model of its training data."""
    output = tmp_path / "output"
    preprocess(PROJECT / "data" / "adult", PROJECT / "data" / "adult", output, 42)
    encoder = tmp_path / "encoder"
    artifact.extract(output / "encoder" / "model.tar.gz", encoder)
    training = np.loadtxt(output / "train" / "train.csv", delimiter=",")[:5000]
    booster = xgboost.train(
        {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(training[:, 1:], label=training[:, 0]), 10
    )
    model = tmp_path / "model"
    model.mkdir()
    (model / "xgboost-model").write_bytes(booster.save_raw("ubj"))
    packed = tmp_path / "model.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(model / "xgboost-model", "xgboost-model")
    artifact.extract(packed, tmp_path / "unpacked")

    environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    server = serving.start(
        ContainerSpec(SKLEARN, environment, encoder), ContainerSpec(XGBOOST, {}, tmp_path / "unpacked")
    )
    header, *lines = (output / "baseline" / "train_raw.csv").read_text(encoding="utf-8").splitlines()[:101]
    raw = "\n".join(line.rpartition(",")[0] for line in lines)
    # Training rows are encoded out of fold; a request's rows by the archive's encoder.json, here read by hand.
    document = json.loads((encoder / "encoder.json").read_text(encoding="utf-8"))
    encoded = np.array([encode_by_hand(row[:-1], document) for row in csv.reader(lines)])
    expected = booster.predict(xgboost.DMatrix(encoded))
    answer = server.invoke(Invocation(raw.encode(), "text/csv"))
    assert answer.hostname == "container-2"
    np.testing.assert_allclose([float(line) for line in answer.body.split()], expected, atol=1e-6)

    record = dict(zip(header.split(",")[:-1], lines[0].split(",")[:-1], strict=True))
    answer = server.invoke(Invocation(json.dumps([record]).encode(), "application/json", "application/json"))
    assert json.loads(answer.body)["predictions"][0]["score"] == pytest.approx(expected[0], abs=1e-6)

    answer = server.invoke(Invocation(b"not,enough,values", "text/csv"))
    assert (answer.status, answer.hostname) == (400, "container-1")
    assert b"rows must be UTF-8 with 13 values each" in answer.body
