"""The jobs under the pins of AWS's images, oldest and newest: the same bytes, the same messages, the same AUC."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mlops.jobs.cli import main
from mlops.jobs.csv_rows import read_rows, write_rows
from mlops.jobs.row_encoder import Encoder

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "python/mlops/jobs"
ADULT = ROOT / "data/adult"
AGES = ("oldest", "newest")
# Files whose bytes no library may change; of the encoder's archive that holds for the files in it.
SAME = ["train/train.csv", "validation/validation.csv", "test/test.csv", "baseline/train_raw.csv", "report/report.json"]


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """The folder of jobs, flat, as a container gets it."""
    folder = tmp_path_factory.mktemp("container") / "code"
    return Path(shutil.copytree(JOBS, folder, ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture(scope="session")
def here(tmp_path_factory):
    """The outputs of preprocessing in this environment."""
    folder = tmp_path_factory.mktemp("here")
    arguments = ["preprocess", "--input", str(ADULT), "--schema", str(ADULT), "--output", str(folder)]
    assert main(["--message-file", str(folder / "message"), *arguments]) == 0
    return folder


def unpacked(archive):
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


@pytest.mark.parametrize("age", AGES)
def test_preprocessing_writes_the_same_bytes(age, sklearn_images, shipped, here, tmp_path):
    run = sklearn_images[age].run(
        shipped / "run.py",
        *("--message-file", tmp_path / "message"),
        *("preprocess", "--input", ADULT, "--schema", ADULT, "--output", tmp_path / "out"),
    )
    assert (run.returncode, run.stderr) == (0, "")
    for name in SAME:
        assert (tmp_path / "out" / name).read_bytes() == (here / name).read_bytes(), name
    assert unpacked(tmp_path / "out/encoder/model.tar.gz") == unpacked(here / "encoder/model.tar.gz")


@pytest.mark.parametrize("age", AGES)
def test_bad_data_gets_the_same_messages(age, sklearn_images, shipped, tmp_path):
    sys.path.insert(0, str(ROOT / "tests/jobs"))
    import job_cases

    run = sklearn_images[age].run(Path(__file__).with_name("messages.py"), shipped, ROOT / "tests/jobs", tmp_path)
    assert run.returncode == 0, run.stderr
    expected = {name: [1, message + "\n", False] for name, (_, message) in job_cases.BAD_DATA.items()}
    assert json.loads(run.stdout) == expected


@pytest.mark.parametrize("age", AGES)
def test_serving_encodes_as_this_environment_does(age, sklearn_images, here, tmp_path):
    with tarfile.open(here / "encoder/model.tar.gz") as archive:
        archive.extractall(tmp_path / "model", filter="data")
    raw = (here / "baseline/train_raw.csv").read_text().splitlines()[1:501]
    (tmp_path / "body.csv").write_text("".join(row.rsplit(",", 1)[0] + "\n" for row in raw))
    program = (
        "import sys; sys.path.insert(0, sys.argv[1] + '/code'); import inference as i; "
        "body = open(sys.argv[2]).read(); "
        "print(i.output_fn(i.predict_fn(i.input_fn(body, 'text/csv'), i.model_fn(sys.argv[1])), '*/*')[0], end='')"
    )
    run = sklearn_images[age].run("-c", program, tmp_path / "model", tmp_path / "body.csv")
    assert (run.returncode, run.stderr) == (0, "")
    encoder = Encoder.from_json((tmp_path / "model/encoder.json").read_text())
    expected = write_rows(encoder.encode(read_rows((tmp_path / "body.csv").read_bytes(), encoder.names)))
    assert run.stdout == expected.decode()


@pytest.fixture(scope="session")
def evaluations(xgboost_images, shipped, here, tmp_path_factory):
    """Per age: the evaluation in that image of the model trained in it, and the scores that training wrote."""
    found = {}
    for age in AGES:
        folder = tmp_path_factory.mktemp(age)
        trained = xgboost_images[age].run(Path(__file__).with_name("train.py"), here, folder / "model")
        assert trained.returncode == 0, trained.stderr
        run = xgboost_images[age].run(
            shipped / "run.py",
            *("--message-file", folder / "message"),
            *("evaluate", "--model", folder / "model", "--test", here / "test", "--output", folder / "out"),
        )
        assert run.returncode == 0, run.stderr
        found[age] = json.loads((folder / "out/evaluation.json").read_text()), np.loadtxt(folder / "model/scores.txt")
    return found


@pytest.mark.parametrize("age", AGES)
def test_evaluation_agrees_with_the_scores_that_training_had(age, evaluations, here):
    document, scores = evaluations[age]
    labels = np.loadtxt(here / "test/test.csv", delimiter=",", usecols=0)
    metrics = document["binary_classification_metrics"]
    assert metrics["auc"]["value"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-9)
    assert metrics["auc"]["value"] > 0.92
    assert metrics["accuracy"]["value"] == pytest.approx(((scores >= 0.5) == labels).mean(), abs=1e-9)


def test_the_auc_hardly_depends_on_the_image(evaluations):
    oldest, newest = (evaluations[age][0]["binary_classification_metrics"]["auc"]["value"] for age in AGES)
    assert oldest == pytest.approx(newest, abs=0.002)


def test_a_newer_images_model_is_refused_by_an_older(xgboost_images, shipped, here, tmp_path):
    if xgboost_images["oldest"].image.split(".")[0] == xgboost_images["newest"].image.split(".")[0]:
        pytest.skip(f"both images are XGBoost {xgboost_images['newest'].image.split('.')[0]} here")
    trained = xgboost_images["newest"].run(Path(__file__).with_name("train.py"), here, tmp_path / "model")
    assert trained.returncode == 0, trained.stderr
    run = xgboost_images["oldest"].run(
        shipped / "run.py",
        *("--message-file", tmp_path / "message"),
        *("evaluate", "--model", tmp_path / "model", "--test", here / "test", "--output", tmp_path / "out"),
    )
    assert run.returncode == 1
    assert "model.tar.gz was saved by XGBoost 3, this image has 1.7.4; evaluate with the image" in run.stderr
