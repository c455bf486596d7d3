"""Evaluation: score the test split with the trained XGBoost model and write its model quality report."""

from __future__ import annotations

import json
import re
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from ..errors import JobError, listed, quoted
from ..metrics import model_quality
from ..outputs import Outputs, json_bytes

_MODEL_FILE = "xgboost-model"
# The version is the last member of the model's object: [major, minor, patch], in UBJSON as three counted bytes.
_SAVED_BY_UBJSON = re.compile(rb"version\[#L.{8}i(?P<ubjson>.)i.i.\}\Z", re.DOTALL)
_SAVED_BY_JSON = re.compile(rb'"version"\s*:\s*\[\s*(?P<json>\d+)[\d,\s]*\]\s*\}\s*\Z')


def evaluate(
    model_path: Path, test_path: Path, output: Path, threshold: float, report_path: Path | None = None
) -> None:
    """Write `evaluation.json` under `output`. Raises JobError; then nothing is written.

    model_path: model.tar.gz of SageMaker's XGBoost, or the folder that holds it. test_path: CSV without a header, label
    (0 or 1) first, or a folder of such files. report_path: preprocessing's report.json or its folder, whose warnings
    are repeated.
    """
    if not 0 < threshold < 1:
        raise JobError(f"--threshold is {threshold}; it must lie between 0 and 1")
    booster = load_booster(model_path)
    positive, features = read_encoded(test_path)
    if features.shape[1] != booster.num_features():
        raise JobError(
            f"the model takes {booster.num_features()} features, the rows of {test_path.name} have {features.shape[1]} "
            "after the label; use the model and the test split of one execution"
        )
    scores = booster.predict(xgboost.DMatrix(features)).astype(np.float64)
    if scores.ndim != 1 or not ((scores >= 0) & (scores <= 1)).all():
        raise JobError(
            "the model's scores are not probabilities of one class; train it with the objective binary:logistic"
        )
    warnings = _warnings(report_path) if report_path else []
    document = {**model_quality(positive, scores, threshold), "advice": advice(warnings), "warnings": warnings}
    with Outputs(output) as outputs:
        outputs.write("evaluation.json", json_bytes(document))
    metrics = document["binary_classification_metrics"]
    interval = document["confidence_intervals_95"].get("auc")
    shown = f" (95 % {interval['lower']:.4f} to {interval['upper']:.4f})" if interval else ""
    print(f"auc {metrics['auc']['value']:.4f}{shown}, accuracy {metrics['accuracy']['value']:.4f}, {len(scores)} rows")
    for warning in warnings:
        print(f"warning: {warning}")


def advice(warnings: list[str]) -> str:
    """What to do where the metrics are too low: the likelier cause first."""
    if not warnings:
        return "Improve the data or the hyperparameters"
    more = f" ({len(warnings) - 1} more in evaluation.json)" if len(warnings) > 1 else ""
    return f"The likelier cause is the data, not the hyperparameters: {warnings[0]}{more}"


def _warnings(path: Path) -> list[str]:
    file = path / "report.json" if path.is_dir() else path
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        report = None
    warnings = report.get("warnings", []) if isinstance(report, dict) else None
    if not isinstance(warnings, list):
        raise JobError(f"report {file} is not preprocessing's report.json; pass that file, or its folder, as --report")
    return warnings


def load_booster(path: Path) -> Any:
    """The booster in the model archive at `path`, a file or the folder that holds `model.tar.gz`."""
    file = path / "model.tar.gz" if path.is_dir() else path
    if not file.is_file():
        found = listed(sorted(child.name for child in path.iterdir())) if path.is_dir() else "nothing"
        raise JobError(f"model {file} does not exist (there is {found or 'nothing'}); pass model.tar.gz as --model")
    try:
        with tarfile.open(str(file), "r:*") as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            stream = next((archive.extractfile(m) for m in members if Path(m.name).name == _MODEL_FILE), None)
            content = stream.read() if stream else None
    except (tarfile.TarError, EOFError, zlib.error):
        raise JobError(
            f"{file.name} is no tar archive or a damaged one; pass the training job's model.tar.gz"
        ) from None
    if content is None:
        names = listed([member.name for member in members]) or "nothing"
        raise JobError(f"{file.name} holds {names}, no {_MODEL_FILE}; pass the model of SageMaker's XGBoost algorithm")
    if saved_by(content) > int(xgboost.__version__.split(".")[0]):
        # It would load, and lose its base score without a word: every probability would be off.
        raise JobError(
            f"{_MODEL_FILE} in {file.name} was saved by XGBoost {saved_by(content)}, this image has "
            f"{xgboost.__version__}; evaluate with the image that trained it"
        )
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(content))
    except xgboost.core.XGBoostError:
        raise JobError(
            f"{_MODEL_FILE} in {file.name} cannot be loaded by XGBoost {xgboost.__version__}; "
            "evaluate with the image that trained it"
        ) from None
    return booster


def saved_by(content: bytes) -> int:
    """XGBoost's major version that wrote a model in UBJSON or JSON; 0 for the older binary format, which names none."""
    match = _SAVED_BY_UBJSON.search(content) or _SAVED_BY_JSON.search(content)
    return 0 if match is None else int(match["json"]) if "json" in match.groupdict() else match["ubjson"][0]


def read_encoded(path: Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Labels (n booleans, both values present) and features (n, columns) of the encoded CSV at `path`."""
    files = [path] if path.is_file() else sorted(path.rglob("*.csv")) if path.is_dir() else []
    if not files:
        raise JobError(f"test data {path} holds no .csv file; pass the test split as --test")
    parts: list[np.ndarray[Any, Any]] = [_matrix(file) for file in files]
    if len({part.shape[1] for part in parts}) > 1:
        raise JobError(f"{listed([file.name for file in files])} have different numbers of columns; use one split")
    matrix = np.concatenate(parts)
    if np.isinf(matrix).any():
        row, column = np.argwhere(np.isinf(matrix))[0]
        raise JobError(
            f"test row {row + 1}, column {column + 1} is infinite; the test split holds finite numbers and nan"
        )
    labels = matrix[:, 0]
    odd = labels[~np.isin(labels, (0, 1))]
    if len(odd):
        raise JobError(
            f"{', '.join(file.name for file in files)}: label {odd[0]:g} in the first column; it must be 0 or 1"
        )
    if labels.min() == labels.max():
        raise JobError(f"all {len(labels)} test rows have the label {labels[0]:g}; an AUC needs rows of both classes")
    return labels == 1, matrix[:, 1:]


def _matrix(file: Path) -> np.ndarray[Any, Any]:
    lines = file.read_text(encoding="utf-8", errors="replace").split()
    if not lines:
        raise JobError(f"{file.name} is empty; it must hold the encoded test rows")
    width = lines[0].count(",") + 1
    for number, line in enumerate(lines, start=1):
        if line.count(",") + 1 != width:
            raise JobError(f"{file.name} line {number} has {line.count(',') + 1} values, the first line has {width}")
    if width < 2:
        raise JobError(f"{file.name} has one column; it must hold the label and the features, comma separated")
    values = ",".join(lines).split(",")
    try:
        return np.array(values, dtype=np.float64).reshape(len(lines), width)
    except ValueError:
        raise _not_a_number(file.name, values, width) from None


def _not_a_number(name: str, values: list[str], width: int) -> JobError:
    index = next(index for index, text in enumerate(values) if not _is_number(text))
    return JobError(
        f"{name} line {index // width + 1}, column {index % width + 1}: {quoted(values[index])} is not a number; "
        "the test split holds encoded rows without a header"
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
