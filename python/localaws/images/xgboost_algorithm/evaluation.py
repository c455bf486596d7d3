"""The metrics that the image computes itself, from what xgboost hands to a custom metric.

That is the transformed prediction for every objective of xgboost's own (xgboost 1.6 and later: a probability, a class,
a count), not the raw score: https://xgboost.readthedocs.io/en/stable/tutorials/custom_metric_obj.html
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import UserError
from .metrics import needs_sklearn
from .objectives import LOG_LINK, PREDICTS_CLASSES, PROBABILITIES

__all__ = ["custom_metric"]

_ON_CLASSES: dict[str, tuple[str, dict[str, str]]] = {
    "accuracy": ("accuracy_score", {}),
    "balanced_accuracy": ("balanced_accuracy_score", {}),
    "f1": ("f1_score", {"average": "macro"}),
    "f1_binary": ("f1_score", {"average": "binary"}),
    "f1_macro": ("f1_score", {"average": "macro"}),
    "precision": ("precision_score", {}),
    "precision_macro": ("precision_score", {"average": "macro"}),
    "precision_micro": ("precision_score", {"average": "micro"}),
    "recall": ("recall_score", {}),
    "recall_macro": ("recall_score", {"average": "macro"}),
    "recall_micro": ("recall_score", {"average": "micro"}),
}

Evaluation = Callable[[Any, Any], list[tuple[str, float]]]


def custom_metric(names: Sequence[str], objective: str) -> Evaluation:
    """xgboost's `custom_metric` for `names`, in their order, of models of `objective`."""

    logged: set[str] = set()

    def evaluate(predictions: Any, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label().astype(np.float64)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = [(name, _score(name, labels, predictions, objective)) for name in names]
        for text in dict.fromkeys(str(warning.message) for warning in caught):
            if text not in logged:  # scikit-learn repeats each for every metric and round
                logged.add(text)
                logging.warning("%s", text)
        return found

    return evaluate


def _score(name: str, labels: Any, predictions: Any, objective: str) -> float:
    if name in _ON_CLASSES:
        if (labels % 1).any():
            raise UserError(
                f"Metric '{name}' compares classes, and {labels[labels % 1 != 0][0]:g} is a label that is no class: "
                "use a metric of numbers, such as 'rmse' or 'mae'."
            )
        function, options = _ON_CLASSES[name]
        return float(getattr(_sklearn_metrics(), function)(labels, _classes(predictions, objective), **options))
    if predictions.ndim > 1:
        raise UserError(
            f"Metric '{name}' compares one number a row with the label, and objective {objective} predicts "
            f"{predictions.shape[1]}: use 'mlogloss' or 'merror', or the objective multi:softmax."
        )
    if needs_sklearn(name):
        return float(_sklearn_metrics().r2_score(labels, predictions.astype(np.float64)))
    difference = labels - predictions
    if name == "mae":
        return float(np.abs(difference).mean())
    mean_square = float(np.square(difference).mean())
    return mean_square if name == "mse" else mean_square**0.5


def _sklearn_metrics() -> Any:
    return importlib.import_module("sklearn.metrics")  # takes seconds, and most jobs do not need it


def _classes(predictions: Any, objective: str) -> Any:
    """Class labels: the most probable of several, xgboost's own, or 1 where the raw score of one is above 0."""
    if predictions.ndim > 1:
        return np.argmax(predictions, axis=-1)
    if objective in PREDICTS_CLASSES:
        return predictions.astype(int)
    zero_score = 0.5 if objective in PROBABILITIES else 1 if objective in LOG_LINK else 0
    return (predictions > zero_score).astype(int)
