"""The definition and the jobs fit: the real jobs, called as the definition calls them, write all that it reads."""

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from render.definitions import ROOT, committed, steps
from render.evaluation import Evaluator, defaults

_CONTAINER = "/opt/ml/processing"
_ROWS = 1500


@pytest.fixture(scope="module")
def training() -> dict[str, Any]:
    return committed("training")


@pytest.fixture(scope="module")
def processing(training: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that stands for /opt/ml/processing after PreprocessData and EvaluateModel ran in it."""
    root = tmp_path_factory.mktemp("processing")
    for name in ("data", "schema", "model"):
        (root / "input" / name).mkdir(parents=True)
    shutil.copytree(ROOT / "python" / "mlops" / "jobs", root / "input" / "code")
    with (ROOT / "data" / "adult" / "adult.csv").open(encoding="utf-8") as whole:
        head = [next(whole) for _ in range(_ROWS)]
    (root / "input" / "data" / "adult.csv").write_text("".join(head), encoding="utf-8")
    shutil.copy(ROOT / "data" / "adult" / "schema.json", root / "input" / "schema")
    run(training, "PreprocessData", root)
    for name in ("test", "report"):
        (root / "input" / name).symlink_to(root / "output" / name)
    train(root / "output" / "train" / "train.csv", root / "input" / "model")
    run(training, "EvaluateModel", root)
    return root


def run(training: dict[str, Any], step: str, root: Path) -> None:
    application = Evaluator(defaults(training)).value(steps(training)[step]["Arguments"]["AppSpecification"])
    interpreter, *script = application["ContainerEntrypoint"]
    assert interpreter == "python3"
    words = [word.replace(_CONTAINER, str(root)) for word in script + application["ContainerArguments"]]
    result = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def train(rows: Path, folder: Path) -> None:
    matrix = np.loadtxt(rows, delimiter=",")
    booster = xgboost.train(
        {"objective": "binary:logistic"}, xgboost.DMatrix(matrix[:, 1:], label=matrix[:, 0]), num_boost_round=2
    )
    booster.save_model(folder / "xgboost-model.ubj")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "xgboost-model.ubj", "xgboost-model")


@pytest.mark.parametrize("step", ["PreprocessData", "EvaluateModel"])
def test_every_declared_output_is_written(training: dict[str, Any], processing: Path, step: str) -> None:
    outputs = steps(training)[step]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
    for output in outputs:
        folder = Path(output["S3Output"]["LocalPath"].replace(_CONTAINER, str(processing)))
        assert [path for path in folder.rglob("*") if path.is_file()], folder


def test_every_path_read_from_a_report_is_there(training: dict[str, Any], processing: Path) -> None:
    files = {}
    for name, step in steps(training).items():
        for declared in step.get("PropertyFiles", []):
            text = (processing / "output" / declared["OutputName"] / declared["FilePath"]).read_text(encoding="utf-8")
            files[name, declared["PropertyFileName"]] = json.loads(text)
    evaluator = Evaluator(defaults(training), files)
    metadata = evaluator.value(steps(training)["RegisterModel"]["Arguments"]["CustomerMetadataProperties"])
    evaluator.value(steps(training)["CheckQuality"]["Arguments"]["Conditions"])
    evaluator.value(steps(training)["QualityTooLow"]["Arguments"])
    assert {path for _, _, path in evaluator.read} == {
        "data.sha256",
        "schema.sha256",
        "advice",
        *(f"binary_classification_metrics.{name}.value" for name in ("accuracy", "auc", "f1", "log_loss")),
    }
    assert 0 < float(metadata["log_loss"]) < 1
    assert len(metadata["data_sha256"]) == 64


def test_the_encoder_is_where_the_package_says(training: dict[str, Any], processing: Path) -> None:
    containers = steps(training)["RegisterModel"]["Arguments"]["InferenceSpecification"]["Containers"]
    environment = containers[0]["Environment"]
    file_name = containers[0]["ModelDataUrl"]["Std:Join"]["Values"][-1]
    with tarfile.open(processing / "output" / "encoder" / file_name) as archive:
        names = {name.removeprefix("./") for name in archive.getnames()}
    folder = environment["SAGEMAKER_SUBMIT_DIRECTORY"].removeprefix("/opt/ml/model/")
    assert f"{folder}/{environment['SAGEMAKER_PROGRAM']}" in names
