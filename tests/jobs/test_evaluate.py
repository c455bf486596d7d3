"""Evaluation of real boosters, and every mistake in its inputs."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import xgboost
from sklearn.metrics import roc_auc_score

from mlops.jobs.training.evaluate import saved_by


def rows(count, seed=0):
    random = np.random.RandomState(seed)
    features = random.standard_normal((count, 3))
    features[random.rand(count, 3) < 0.05] = np.nan
    return np.nansum(features, axis=1) + random.standard_normal(count) > 0.3, features


def booster(objective="binary:logistic"):
    positive, features = rows(400)
    return xgboost.train({"objective": objective, "max_depth": 3}, xgboost.DMatrix(features, positive), 10)


def archive(path, members):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def lines(positive, features):
    return [",".join([str(int(p)), *("nan" if np.isnan(v) else repr(float(v)) for v in f)]) for p, f in
            zip(positive, features, strict=True)]  # fmt: skip


@pytest.fixture
def inputs(tmp_path):
    """Lay out a model and a test split as SageMaker does; keywords replace the archive's members or the test's text."""

    def lay_out(model=None, test=None):
        (tmp_path / "model").mkdir(exist_ok=True)
        (tmp_path / "test").mkdir(exist_ok=True)
        members = {"xgboost-model": bytes(booster().save_raw("ubj"))} if model is None else model
        archive(tmp_path / "model/model.tar.gz", members)
        text = "\n".join([*lines(*rows(150, 1)), ""]) if test is None else test
        (tmp_path / "test/test.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return "--model", tmp_path / "model", "--test", tmp_path / "test"

    return lay_out


def test_metrics_are_those_of_the_booster(run, inputs):
    result = run("evaluate", *inputs())
    assert (result.code, result.stderr, result.message) == (0, "", None)
    assert result.files() == ["evaluation.json"]
    document = json.loads((result.output / "evaluation.json").read_text())
    positive, features = rows(150, 1)
    expected = roc_auc_score(positive, booster().predict(xgboost.DMatrix(features)))
    metrics = document["binary_classification_metrics"]
    assert metrics["auc"]["value"] == pytest.approx(expected, abs=1e-9)
    assert document["dataset"]["item_count"] == 150
    interval = document["confidence_intervals_95"]["auc"]
    assert result.stdout == (
        f"auc {expected:.4f} (95 % {interval['lower']:.4f} to {interval['upper']:.4f}), "
        f"accuracy {metrics['accuracy']['value']:.4f}, 150 rows\n"
    )


def test_two_runs_write_the_same_bytes(run, inputs, tmp_path):
    first, second = (run("evaluate", *inputs(), output=tmp_path / name) for name in ("one", "two"))
    written = (first.output / "evaluation.json").read_bytes()
    assert written == (second.output / "evaluation.json").read_bytes()
    assert written.endswith(b"}\n")


def test_the_threshold_moves_the_confusion_matrix(run, inputs, tmp_path):
    def false_positives(threshold):
        output = run("evaluate", *inputs(), "--threshold", threshold, output=tmp_path / str(threshold)).output
        document = json.loads((output / "evaluation.json").read_text())
        return document["binary_classification_metrics"]["confusion_matrix"]["0"]["1"]

    assert false_positives(0.2) > false_positives(0.5) > false_positives(0.8)


def test_a_model_file_and_several_test_files_are_read(run, inputs, tmp_path):
    whole = run("evaluate", *inputs(), output=tmp_path / "whole")
    text = (tmp_path / "test/test.csv").read_text().splitlines(keepends=True)
    (tmp_path / "test/test.csv").unlink()
    (tmp_path / "test/a.csv").write_text("".join(text[:70]))
    (tmp_path / "test/b.csv").write_text("".join(text[70:]))
    model = tmp_path / "model/model.tar.gz"
    parts = run("evaluate", "--model", model, "--test", tmp_path / "test", output=tmp_path / "parts")
    assert (parts.output / "evaluation.json").read_bytes() == (whole.output / "evaluation.json").read_bytes()


@pytest.mark.parametrize("form", ["ubj", "json"])
def test_the_saving_version_is_read_from_the_model(form):
    assert saved_by(bytes(booster().save_raw(form))) == int(xgboost.__version__.split(".")[0])


def test_the_older_binary_format_names_no_version():
    assert saved_by(b"binf\0\0\0?") == 0


FEATURES = "0.1,0.2,0.3"
# name → (archive members or None for a good one, test split or None, message)
BAD_INPUTS = {
    "no model in the archive": (
        {"model.pkl": b"x"},
        None,
        "model.tar.gz holds 'model.pkl', no xgboost-model; pass the model of SageMaker's XGBoost algorithm",
    ),
    "empty archive": (
        {},
        None,
        "model.tar.gz holds nothing, no xgboost-model; pass the model of SageMaker's XGBoost algorithm",
    ),
    "a model that does not load": (
        {"xgboost-model": b"nonsense"},
        None,
        f"xgboost-model in model.tar.gz cannot be loaded by XGBoost {xgboost.__version__}; "
        "evaluate with the image that trained it",
    ),
    "a model of a newer XGBoost": (
        {"xgboost-model": b'{"learner": {}, "version": [99, 1, 0]}'},
        None,
        f"xgboost-model in model.tar.gz was saved by XGBoost 99, this image has {xgboost.__version__}; "
        "evaluate with the image that trained it",
    ),
    "scores that are no probabilities": (
        {"xgboost-model": bytes(booster("binary:logitraw").save_raw("ubj"))},
        None,
        "the model's scores are not probabilities of one class; train it with the objective binary:logistic",
    ),
    "another number of features": (
        None,
        "0,1,2\n1,3,4\n",
        "the model takes 3 features, the rows of test have 2 after the label; use the model and the test split of one "
        "execution",
    ),
    "empty test split": (None, "", "test.csv is empty; it must hold the encoded test rows"),
    "one column": (
        None,
        "0\n1\n",
        "test.csv has one column; it must hold the label and the features, comma separated",
    ),
    "a row too short": (
        None,
        f"0,{FEATURES}\n1,0.1,0.2\n",
        "test.csv line 2 has 3 values, the first line has 4",
    ),
    "a header": (
        None,
        f"label,a,b,c\n1,{FEATURES}\n",
        "test.csv line 1, column 1: 'label' is not a number; the test split holds encoded rows without a header",
    ),
    "not UTF-8": (
        None,
        f"0,{FEATURES}\n1,0.1,0.2,".encode() + b"\xff\n",
        "test.csv line 2, column 4: '�' is not a number; the test split holds encoded rows without a header",
    ),
    "an infinite number": (
        None,
        f"0,{FEATURES}\n1,0.1,inf,0.3\n",
        "test row 2, column 3 is infinite; the test split holds finite numbers and nan",
    ),
    "a label that is neither 0 nor 1": (
        None,
        f"0,{FEATURES}\n2,{FEATURES}\n",
        "test.csv: label 2 in the first column; it must be 0 or 1",
    ),
    "a label that is missing": (
        None,
        f"0,{FEATURES}\nnan,{FEATURES}\n",
        "test.csv: label nan in the first column; it must be 0 or 1",
    ),
    "one class only": (
        None,
        f"0,{FEATURES}\n0,{FEATURES}\n",
        "all 2 test rows have the label 0; an AUC needs rows of both classes",
    ),
}


def assert_refused(result, message):
    assert (result.code, result.stdout) == (1, "")
    assert (result.stderr, result.message) == (message + "\n", message)
    assert not result.output.exists() or result.files() == []


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_inputs(name, run, inputs):
    model, test, message = BAD_INPUTS[name]
    assert_refused(run("evaluate", *inputs(model, test)), message)


def test_model_that_is_no_archive(run, inputs, tmp_path):
    arguments = inputs()
    whole = (tmp_path / "model/model.tar.gz").read_bytes()
    for content in (b"not a tar", b"", whole[:200], whole[:100] + b"\xff" * 100 + whole[200:]):
        (tmp_path / "model/model.tar.gz").write_bytes(content)
        result = run("evaluate", *arguments)
        message = "model.tar.gz is no tar archive or a damaged one; pass the training job's model.tar.gz"
        assert_refused(result, message)


def test_model_missing(run, inputs, tmp_path):
    arguments = inputs()
    (tmp_path / "model/model.tar.gz").rename(tmp_path / "model/other.tar")
    assert_refused(
        run("evaluate", *arguments),
        f"model {tmp_path}/model/model.tar.gz does not exist (there is 'other.tar'); pass model.tar.gz as --model",
    )


def test_test_split_missing(run, inputs, tmp_path):
    model = inputs()[:2]
    result = run("evaluate", *model, "--test", tmp_path / "nowhere")
    assert_refused(result, f"test data {tmp_path}/nowhere holds no .csv file; pass the test split as --test")


@pytest.mark.parametrize("threshold", [0, 1, -0.5, "nan"])
def test_threshold_out_of_range(threshold, run, inputs):
    result = run("evaluate", *inputs(), "--threshold", threshold)
    assert_refused(result, f"--threshold is {float(threshold)}; it must lie between 0 and 1")


def test_documentation_shows_every_message():
    page = (Path(__file__).parents[2] / "docs/schema.md").read_text(encoding="utf-8")
    messages = [message.replace(xgboost.__version__, "3.2.0") for _, _, message in BAD_INPUTS.values()]
    assert [message for message in messages if message not in page] == []
