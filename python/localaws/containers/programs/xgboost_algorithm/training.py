"""Boosting: parameters in, `xgboost-model` out."""

from __future__ import annotations

import logging
import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from .errors import AlgorithmError, UserError
from .metrics import CUSTOM, MAXIMIZED, custom_metric

__all__ = ["MODEL", "train"]

MODEL, CHECKPOINT = "xgboost-model", "xgboost-checkpoint"
# What xgboost says of data or parameters that only the user can mend.
_USERS_FAULT = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "base_score must be in (0,1) for logistic loss",
    "PoissonRegression: label must be nonnegative",
    "TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)


def train(
    xgboost: Any,
    parameters: Mapping[str, Any],
    training: Any,
    validation: Any | None,
    model: Path,
    checkpoints: Path | None,
) -> None:
    """Train with validated `parameters` and write `model`/xgboost-model.

    Resumes from the newest checkpoint and writes one a round where `checkpoints` is given. Raises UserError and
    AlgorithmError.
    """
    chosen = dict(parameters)
    rounds = chosen.pop("num_round")
    keep_on_stop = chosen.pop("save_model_on_termination", "false") == "true"
    patience = chosen.pop("early_stopping_rounds", None)
    for internal in ("csv_weights", "use_dask_gpu_training"):
        chosen.pop(internal, None)
    if "_kfold" in chosen:
        raise UserError(
            "Cross validation (_kfold) is not implemented on the local stack; leave it out or train on AWS."
        )
    tuned = chosen.pop("_tuning_objective_metric", None)
    objective_metrics = tuned.split(":")[1].split(",") if tuned else []
    asked = chosen.pop("eval_metric", None)
    metrics = (
        sorted({*objective_metrics, *asked}) if objective_metrics and asked else (objective_metrics or asked or [])
    )
    own = [metric for metric in metrics if metric in CUSTOM]
    if built_in := [metric for metric in metrics if metric not in CUSTOM]:
        chosen["eval_metric"] = built_in
    if "updater" in chosen:
        chosen["updater"] = ",".join(chosen["updater"])
    resumed, done = _newest_checkpoint(checkpoints)
    callbacks = [xgboost.callback.EvaluationMonitor()]
    if checkpoints:
        callbacks.append(xgboost.callback.TrainingCheckPoint(checkpoints, name=CHECKPOINT, interval=1))
    if keep_on_stop:
        callbacks.append(_model_each_round(xgboost, model))
    watched_metric = (objective_metrics or asked or [None])[-1]
    if patience and watched_metric and validation is not None:
        stopping = xgboost.callback.EarlyStopping(
            rounds=patience,
            data_name="validation",
            metric_name=watched_metric,
            maximize=watched_metric in MAXIMIZED,
            save_best=True,
        )
        callbacks.append(stopping)
    logging.info("Train matrix has %d rows and %d columns", training.num_row(), training.num_col())
    watched = [(training, "train")]
    if validation is not None:
        logging.info("Validation matrix has %d rows", validation.num_row())
        watched.append((validation, "validation"))
    try:
        booster = xgboost.train(
            chosen,
            training,
            num_boost_round=rounds - done,
            evals=watched,
            custom_metric=custom_metric(own) if own else None,
            callbacks=callbacks,
            xgb_model=resumed,
            verbose_eval=False,
        )
    except ValueError as error:  # XGBoostError is one
        if any(text in str(error) for text in _USERS_FAULT):
            raise UserError(str(error)) from error
        raise AlgorithmError(f"XGB train call failed with exception:\n {error}") from error
    _save(booster, model)


def _save(booster: Any, model: Path) -> None:
    """Write the model so that no reader ever sees half of it. Its format is UBJSON, as that of the current image."""
    model.mkdir(parents=True, exist_ok=True)
    unfinished = model / f".{MODEL}.ubj"
    booster.save_model(unfinished)
    unfinished.replace(model / MODEL)


def _newest_checkpoint(checkpoints: Path | None) -> tuple[str | None, int]:
    """The file of the newest checkpoint and how many rounds it holds."""
    if checkpoints is None:
        return None, 0
    checkpoints.mkdir(parents=True, exist_ok=True)
    found = []
    for file in checkpoints.iterdir():
        if match := re.fullmatch(rf"{CHECKPOINT}[._](\d+)(\.\w+)?", file.name):
            found.append((int(match[1]), str(file)))
    if not found:
        return None, 0
    iteration, newest = max(found)
    logging.info("Checkpoint loaded from %s", newest)
    logging.info("Resuming from iteration %d", iteration + 1)
    return newest, iteration + 1


def _model_each_round(xgboost: Any, model: Path) -> Any:
    """A callback that keeps a usable model at all times; SIGTERM then ends training with success, as the image does."""

    class ModelEachRound(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, booster: Any, epoch: int, evals_log: Any) -> bool:
            _save(booster, model)
            return False

    def leave(*_: object) -> NoReturn:
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    return ModelEachRound()
