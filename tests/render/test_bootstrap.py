"""The bootstrap models: what is committed is what the code trains, and another data set gets its own."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from mlops.cli import main
from mlops.jobs.outputs import tar_gz
from mlops.jobs.row_encoder import Encoder, read_rows
from mlops.render.bootstrap import FILES, MODELS, bootstrap, committed_or_new, same_answers

ROOT = Path(__file__).resolve().parents[2]
ADULT = ROOT / "data" / "adult" / "schema.json"
GERMAN = ROOT / "examples" / "datasets" / "german_credit" / "schema.json"
COMMITTED = ROOT / "rendered" / "bootstrap"


@pytest.fixture(scope="module")
def trained() -> dict[str, bytes]:
    return bootstrap(ADULT)


def member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
        stream = packed.extractfile(name)
        assert stream
        return stream.read()


def test_training_again_gives_the_same_bytes(trained: dict[str, bytes]) -> None:
    assert bootstrap(ADULT) == trained
    assert sorted(trained) == sorted(FILES)
    assert sum(map(len, trained.values())) < 200_000


@pytest.mark.parametrize("name", FILES)
def test_what_is_committed_is_fresh(name: str) -> None:
    assert (COMMITTED / name).read_bytes() == committed_or_new(name)


def test_the_description_names_the_data_set_and_the_models(trained: dict[str, bytes]) -> None:
    described = json.loads(trained["bootstrap.json"])
    assert described["schema"] == {"name": "adult", "sha256": hashlib.sha256(ADULT.read_bytes()).hexdigest()}
    assert {model["archive"] for model in described["models"].values()} < set(trained)
    assert described["models"]["default"]["auc"] > described["models"]["shallow"]["auc"] > 0.9


def test_raw_rows_are_scored(trained: dict[str, bytes]) -> None:
    """The two archives fit each other: the encoder's columns are the model's features, and the scores are apart."""
    encoder = Encoder.from_json(member(trained["encoder.tar.gz"], "encoder.json").decode())
    row = b"39,State-gov,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,United-States"
    booster = xgboost.Booster()
    booster.load_model(bytearray(member(trained["xgboost-default.tar.gz"], "xgboost-model")))
    score = booster.predict(xgboost.DMatrix(encoder.encode(read_rows(row, encoder.names))))
    assert score.shape == (1,)
    assert 0 < score[0] < 0.1


def test_another_models_scores_are_not_the_same(trained: dict[str, bytes]) -> None:
    rows = np.random.default_rng(0).uniform(0, 60, size=(500, 13))
    default, shallow = (trained[model.archive] for model in MODELS.values())
    assert same_answers(default, default, rows)
    assert not same_answers(default, shallow, rows)


def test_a_model_of_another_release_stays_while_it_answers_alike(trained: dict[str, bytes]) -> None:
    """A release of XGBoost changes bytes of the file, its own version among them, and no score."""
    archive = trained["xgboost-default.tar.gz"]
    booster = xgboost.Booster()
    booster.load_model(bytearray(member(archive, "xgboost-model")))
    other = tar_gz({"xgboost-model": bytes(booster.save_raw("json"))})
    assert other != archive
    assert same_answers(archive, other, np.random.default_rng(0).uniform(0, 60, size=(500, 13)))


def test_another_data_set_gets_its_own(tmp_path: Path, capsys: Any) -> None:
    assert main(["models", "bootstrap", str(GERMAN), str(tmp_path / "german")]) == 0
    described = json.loads((tmp_path / "german" / "bootstrap.json").read_text())
    assert described["schema"]["sha256"] == hashlib.sha256(GERMAN.read_bytes()).hexdigest()
    assert f"-var bootstrap_models_directory={tmp_path / 'german'}" in capsys.readouterr().out


def test_a_data_set_that_cannot_be_used_is_told(tmp_path: Path, capsys: Any) -> None:
    schema = json.loads(ADULT.read_text())
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    (tmp_path / "adult.csv").write_text("a,b\n1,2\n")
    assert main(["models", "bootstrap", str(tmp_path / "schema.json"), str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        f"mlops models bootstrap: no bootstrap model can be trained for {tmp_path / 'schema.json'}: "
    )
    assert not (tmp_path / "out").exists()
