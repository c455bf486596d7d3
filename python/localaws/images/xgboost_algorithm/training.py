"""Boosting: parameters in, `xgboost-model` out."""

from __future__ import annotations

import logging
import os
import pickle
import re
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from .errors import AlgorithmError, UserError
from .evaluation import custom_metric
from .metrics import computed_by_image, higher_is_better, watched_metric
from .objectives import DEFAULT
from .versions import pickles_models

__all__ = ["MODEL", "train"]

MODEL, CHECKPOINT = "xgboost-model", "xgboost-checkpoint"
KEPT_CHECKPOINTS = 5
# What xgboost (1.7 to 3.2) says of data or parameters that only the user can change.
_USERS_FAULT = (
    "label must be",
    "can only be used with binary labels",
    "Relevance degress must be",
    "base_score must be",
    "`base_score` must be",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "preds.size() == info.labels_.size()",
    "the dataset only contains pos or neg samples",
    "should be greater equal to 0",
)


def train(
    xgboost: Any,
    parameters: Mapping[str, Any],
    training: Any,
    validation: Any | None,
    model: Path,
    checkpoints: Path | None,
    tag: str,
) -> None:
    """Train with validated `parameters` and write `model`/xgboost-model as the image of `tag` does.

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
    own = [metric for metric in metrics if metric in computed_by_image(tag)]
    if built_in := [metric for metric in metrics if metric not in own]:
        chosen["eval_metric"] = built_in
    if "updater" in chosen:
        chosen["updater"] = ",".join(chosen["updater"])
    pickled = pickles_models(tag)
    resumed, done = _newest_checkpoint(checkpoints)
    callbacks = [xgboost.callback.EvaluationMonitor()]
    if checkpoints:
        callbacks.append(_each_round(xgboost, lambda booster, number: _checkpoint(booster, checkpoints, done + number)))
    if keep_on_stop:
        # SIGTERM then ends training with success and the model of the round before, as in the image.
        callbacks.append(_each_round(xgboost, lambda booster, _: _save(booster, model / MODEL, pickled)))
        signal.signal(signal.SIGTERM, _leave)
    stops_by = watched_metric(tuned, asked)
    if patience and stops_by and validation is not None:
        stopping = xgboost.callback.EarlyStopping(
            rounds=patience,
            data_name="validation",
            metric_name=stops_by,
            maximize=higher_is_better(stops_by),
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
            custom_metric=custom_metric(own, chosen.get("objective", DEFAULT)) if own else None,
            callbacks=callbacks,
            xgb_model=resumed,
            verbose_eval=False,
        )
    except ValueError as error:  # XGBoostError is one
        text = str(error).partition("Stack trace:")[0].strip()
        if "base_score" in text and "base_score" not in chosen:  # xgboost 2 and later take it from the labels
            text += f" It is the mean of the labels: those of {chosen.get('objective', DEFAULT)} must be in that range."
        if any(fault in text for fault in _USERS_FAULT):
            raise UserError(text) from error
        raise AlgorithmError(f"XGB train call failed with exception:\n {text}") from error
    if best := booster.attr("best_iteration"):
        logging.info("Stopped early by %s: the model is that of round [%s]", stops_by, best)
    _save(booster, model / MODEL, pickled)


def _save(booster: Any, file: Path, pickled: bool = False) -> None:
    """Write a model so that no reader ever sees half of it: in UBJSON, as the current image, or as a pickle."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it: what SIGTERM leaves unfinished must not become part of the model.
    unfinished = file.parent.with_name(f".unfinished-{file.name}.ubj")
    if pickled:
        unfinished.write_bytes(pickle.dumps(booster))
    else:
        booster.save_model(unfinished)
    unfinished.replace(file)


def _checkpoint(booster: Any, folder: Path, number: int) -> None:
    """Keep the newest checkpoints; the number in a name is that of its last round, from 0."""
    _save(booster, folder / f"{CHECKPOINT}.{number}")
    (folder / f"{CHECKPOINT}.{number - KEPT_CHECKPOINTS}").unlink(missing_ok=True)


def _newest_checkpoint(checkpoints: Path | None) -> tuple[str | None, int]:
    """The file of the newest checkpoint and how many rounds it holds."""
    if checkpoints is None:
        return None, 0
    checkpoints.mkdir(parents=True, exist_ok=True)
    found = []
    for file in checkpoints.iterdir():
        if match := re.fullmatch(rf"{CHECKPOINT}\.(\d+)", file.name):
            found.append((int(match[1]), str(file)))
    if not found:
        return None, 0
    iteration, newest = max(found)
    logging.info("Checkpoint loaded from %s", newest)
    logging.info("Resuming from iteration %d", iteration + 1)
    return newest, iteration + 1


def _each_round(xgboost: Any, act: Callable[[Any, int], None]) -> Any:
    """A callback that calls `act` with the model and the round's number."""

    class EachRound(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            act(model, epoch)
            return False

    return EachRound()


def _leave(*_: object) -> NoReturn:
    os._exit(0)
