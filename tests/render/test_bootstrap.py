"""The bootstrap models: what is committed is what the code trains, and another data set gets its own."""

from __future__ import annotations

import copy
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
from mlops.jobs.csv_rows import read_rows
from mlops.jobs.outputs import tar_gz
from mlops.jobs.row_encoder import Encoder
from mlops.jobs.training.evaluate import read_encoded
from mlops.jobs.training.preprocess import preprocess
from mlops.render.bootstrap import FILES, MODELS, SEED, bootstrap, committed_or_new, same_answers, sample_rows

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
    score = loaded(trained["xgboost-default.tar.gz"]).predict(
        xgboost.DMatrix(encoder.encode(read_rows(row, encoder.names)))
    )
    assert score.shape == (1,)
    assert 0 < score[0] < 0.1


@pytest.fixture(scope="module")
def training_rows(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The encoded training rows of the bundled data set, whose codes lie between 0 and 1."""
    folder = tmp_path_factory.mktemp("rows")
    preprocess(ADULT.with_name("adult.csv"), ADULT, folder, SEED)
    return read_encoded(folder / "train")[1]


def loaded(archive: bytes) -> xgboost.Booster:
    return xgboost.Booster(model_file=bytearray(member(archive, "xgboost-model")))


def test_another_models_scores_are_not_the_same(trained: dict[str, bytes], training_rows: Any) -> None:
    default, shallow = (trained[model.archive] for model in MODELS.values())
    assert same_answers(default, default, sample_rows(training_rows))
    assert not same_answers(default, shallow, sample_rows(training_rows))


@pytest.mark.parametrize("name", MODELS)
def test_every_leaf_is_reached_by_the_sampled_rows(name: str, trained: dict[str, bytes], training_rows: Any) -> None:
    booster = loaded(trained[MODELS[name].archive])
    reached = booster.predict(xgboost.DMatrix(sample_rows(training_rows)), pred_leaf=True)
    leaves = (booster.trees_to_dataframe()["Feature"] == "Leaf").sum()
    assert sum(len(np.unique(tree)) for tree in reached.T) == leaves


def test_a_changed_leaf_is_noticed(trained: dict[str, bytes], training_rows: Any) -> None:
    archive = trained["xgboost-default.tar.gz"]
    document = json.loads(loaded(archive).save_raw("json"))
    rows = sample_rows(training_rows)
    for number in (0, 50, 99):
        changed = copy.deepcopy(document)
        tree = changed["learner"]["gradient_booster"]["model"]["trees"][number]
        leaf = next(node for node, left in enumerate(tree["left_children"]) if left == -1)
        tree["split_conditions"][leaf] += 0.01
        assert not same_answers(archive, tar_gz({"xgboost-model": json.dumps(changed).encode()}), rows)


def test_a_model_of_another_release_stays_while_it_answers_alike(trained: dict[str, bytes], training_rows: Any) -> None:
    """A release of XGBoost changes bytes of the file, its own version among them, and no score."""
    archive = trained["xgboost-default.tar.gz"]
    other = tar_gz({"xgboost-model": bytes(loaded(archive).save_raw("json"))})
    assert other != archive
    assert same_answers(archive, other, sample_rows(training_rows))


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
