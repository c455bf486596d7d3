"""Entry: read /opt/ml, train, leave a model or a reason for failure."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from . import channels, hyperparameters
from .deviations import objective_warning
from .errors import ToolkitError, UserError
from .metrics import needs_sklearn
from .training import train

ML = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def main() -> int:
    """Run one training job of the image whose tag is the program's second argument; the exit code."""
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", datefmt="%Y-%m-%d:%H:%M:%S", level="INFO")
    logging.info("Running XGBoost Sagemaker in algorithm mode")
    try:
        _run(sys.argv[2] if len(sys.argv) > 2 else "")
    except ToolkitError as error:
        reason = f"framework error: {type(error).__name__}: {error}"
        failure = ML / "output" / "failure"
        failure.parent.mkdir(parents=True, exist_ok=True)
        failure.write_text(reason, encoding="utf-8")
        logging.error("Reported training error: %s", reason)
        return 1
    return 0


def _run(tag: str) -> None:
    config = ML / "input" / "config"
    parameters = hyperparameters.validate(_read(config / "hyperparameters.json"), tag)
    declared: dict[str, dict[str, str]] = _read(config / "inputdataconfig.json")
    channels.validate(declared)
    if warning := objective_warning(parameters, tag):
        logging.warning("%s", warning)
    kind = channels.content_type(declared["train"].get("ContentType"))
    for name in ("train", "validation"):
        if declared.get(name, {}).get("TrainingInputMode") == "Pipe":
            raise UserError(
                f"Pipe mode for {kind} is no longer supported. Please use Fast File mode (default) instead. Set "
                "input_mode='File' in your SageMaker Estimator or TrainingInput."
            )
    xgboost = _import_xgboost(kind, parameters)
    weights = parameters.get("csv_weights", 0) == 1
    folders = {name: ML / "input" / "data" / name for name in ("train", "validation")}
    training = channels.matrix(xgboost, folders["train"], kind, weights)
    validation = channels.matrix(xgboost, folders["validation"], kind, weights) if "validation" in declared else None
    if training is None:
        raise UserError(f"No data in training channel path {folders['train']}")
    if "validation" in declared and validation is None:
        raise UserError(f"No data in validation channel path {folders['validation']}")
    logging.info("Single node training.")
    place = config / "checkpointconfig.json"
    checkpoints = Path(_read(place)["LocalPath"]) if place.exists() else None
    train(xgboost, parameters, training, validation, ML / "model", checkpoints, tag=tag)


def _import_xgboost(kind: str, parameters: dict[str, Any]) -> Any:
    """xgboost, without scikit-learn where nothing needs it: importing that takes as long as a small job."""
    metrics = [*parameters.get("eval_metric", []), *parameters.get("_tuning_objective_metric", "").split(":")[1:]]
    if kind != channels.PARQUET and not any(map(needs_sklearn, metrics)):
        sys.modules["sklearn"] = None  # type: ignore[assignment]  # makes its import fail, which xgboost provides for
    import xgboost

    return xgboost


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
