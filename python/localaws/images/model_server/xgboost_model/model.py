"""The model files of /opt/ml/model, loaded, and their predictions."""

from __future__ import annotations

import json
import logging
import pickle
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from .direct import direct_predictor
from .payload import CSV, LIBSVM, RECORDIO, Rows

__all__ = ["Model", "ModelError"]

_VOTED = ("multi:softmax", "binary:hinge")  # objectives whose predictions are classes


class ModelError(Exception):
    """A model that cannot be loaded; the message says which file and why."""


class Model:
    """One booster, or several that predict together.

    `objective` and `classes` (an empty string or the number) are the first booster's. Predictions may be asked for by
    several threads at once.
    """

    def __init__(self, xgboost: Any, folder: Path, ensemble: bool) -> None:
        files = _files(folder)
        if not files:
            raise ModelError(
                f"No model file in {folder}: model.tar.gz must hold one at its top level, e.g. xgboost-model."
            )
        self._xgboost = xgboost
        loaded = [_load(xgboost, file) for file in (files if ensemble else files[:1])]
        self._boosters = [booster for booster, _ in loaded]
        self._pickled = loaded[0][1]
        config = json.loads(self._boosters[0].save_config())["learner"]
        self.objective: str = config["objective"]["name"]
        self.classes: str = config["learner_model_param"].get("num_class", "")
        self._columns = [_columns(booster) for booster in self._boosters]
        kind = config["gradient_booster"]["name"]
        # Only tree boosters predict from several threads at once; dart sums up in another order without a DMatrix.
        self._lock = None if kind in ("gbtree", "dart") else threading.Lock()
        self._direct = [
            direct_predictor(xgboost, booster, columns) if kind == "gbtree" else None
            for booster, columns in zip(self._boosters, self._columns, strict=True)
        ]
        logging.info("Model objective : %s", self.objective)

    def predict(self, rows: Rows) -> Any:
        """Predictions as `Booster.predict` gives them; raises what xgboost raises."""
        if self._pickled:
            self._check_columns(rows)
        if self._lock is None:
            return self._predict(rows)
        with self._lock:
            return self._predict(rows)

    def _predict(self, rows: Rows) -> Any:
        if len(self._boosters) == 1:
            return self._one(0, rows)
        predicted = np.array([self._one(number, rows) for number in range(len(self._boosters))])
        return _vote(predicted) if self.objective in _VOTED else predicted.mean(axis=0)

    def _one(self, number: int, rows: Rows) -> Any:
        booster, dense = self._boosters[number], rows.dense
        direct = self._direct[number]
        # Fewer columns than the model has count as missing in a DMatrix only.
        if direct and dense is not None and dense.shape[1] == self._columns[number]:
            predicted = direct(dense)
            if predicted is not None:
                return predicted
        matrix = rows.matrix if dense is None else self._xgboost.DMatrix(dense)
        return booster.predict(matrix, validate_features=False)

    def _check_columns(self, rows: Rows) -> None:
        expected = self._columns[0]
        found = rows.matrix.num_col() if rows.dense is None else rows.dense.shape[1]
        if rows.kind == LIBSVM and found > expected + 1:
            raise ValueError(
                f"Feature size of libsvm inference data {found} is larger than feature size of trained model "
                f"{expected}."
            )
        if rows.kind in (CSV, RECORDIO) and expected not in (found, found + 1):
            raise ValueError(
                f"Feature size of {rows.kind} inference data {found} is not consistent with feature size of trained "
                f"model {expected}."
            )


def _columns(booster: Any) -> int:
    return int(booster.num_features())


def _files(folder: Path) -> list[Path]:
    found = []
    for entry in sorted(folder.iterdir()):
        if not entry.is_file():
            continue
        if entry.name.startswith("."):
            logging.warning(
                "Ignoring dotfile '%s' found in model directory - please exclude dotfiles from model archives", entry
            )
        else:
            found.append(entry)
    return found


def _load(xgboost: Any, file: Path) -> tuple[Any, bool]:
    """A booster, and whether it was pickled."""
    logging.info("Loading the model from %s", file)
    try:
        with file.open("rb") as stream:
            booster, pickled = pickle.load(stream), True
    except Exception as as_pickle:  # noqa: BLE001 - a file that is no pickle may raise anything
        try:
            booster, pickled = xgboost.Booster(), False
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=".*Unknown file format")  # SageMaker's have no extension
                booster.load_model(str(file))
        except (xgboost.core.XGBoostError, ValueError, OSError) as as_model:
            words = str(as_model).partition("\nStack trace")[0]
            raise ModelError(
                f"Model {file} cannot be loaded:\nPickle load error={as_pickle}\nXGB load model error={words}"
                f"{_version_note(xgboost, file)}"
            ) from None
    if not isinstance(booster, xgboost.Booster):
        raise ModelError(f"Model {file} is a pickled {type(booster).__name__}, not an xgboost.Booster.")
    booster.set_param("nthread", 1)
    return booster, pickled


def _version_note(xgboost: Any, file: Path) -> str:
    """A line about a file of another xgboost, where the file says so."""
    try:
        written = json.loads(file.read_bytes())["version"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f"\nIt was written by xgboost {'.'.join(map(str, written))}; this image has {xgboost.__version__}."


def _vote(predicted: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The most frequent class of each row (models, rows); of equals the lowest."""
    winners = []
    for column in predicted.T:
        values, counts = np.unique(column, return_counts=True)
        winners.append(values[counts.argmax()])
    return np.array(winners, dtype=predicted.dtype)
