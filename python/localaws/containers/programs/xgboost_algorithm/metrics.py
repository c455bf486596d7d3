"""Evaluation metrics: the names that the image accepts, and those that it computes with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["CUSTOM", "MAXIMIZED", "MINIMIZED", "custom_metric"]

MAXIMIZED = [
    "accuracy",
    "auc",
    "aucpr",
    "balanced_accuracy",
    "f1",
    "f1_binary",
    "f1_macro",
    "map",
    "ndcg",
    "precision",
    "r2",
    "recall",
    "precision_macro",
    "precision_micro",
    "recall_macro",
    "recall_micro",
]
MINIMIZED = [
    "aft-nloglik",
    "cox-nloglik",
    "error",
    "gamma-deviance",
    "gamma-nloglik",
    "interval-regression-accuracy",
    "logloss",
    "mae",
    "mape",
    "merror",
    "mlogloss",
    "mphe",
    "mse",
    "poisson-nloglik",
    "rmse",
    "rmsle",
    "tweedie-nloglik",
]
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
_ON_VALUES = {"mse": "mean_squared_error", "r2": "r2_score"}
CUSTOM = frozenset(_ON_CLASSES) | frozenset(_ON_VALUES)

Evaluation = Callable[[Any, Any], list[tuple[str, float]]]


def custom_metric(names: Sequence[str]) -> Evaluation:
    """xgboost's `custom_metric` for those of `names` that are in CUSTOM, in their order."""
    import sklearn.metrics

    def evaluate(margins: Any, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        scores = []
        for name in names:
            if name in _ON_CLASSES:
                function, options = _ON_CLASSES[name]
                score = getattr(sklearn.metrics, function)(labels, _classes(margins), **options)
            else:
                score = getattr(sklearn.metrics, _ON_VALUES[name])(labels, margins)
            scores.append((name, float(score)))
        return scores

    return evaluate


def _classes(margins: Any) -> Any:
    """Class labels from raw scores: the highest of several, the sign of one."""
    return np.argmax(margins, axis=-1) if margins.ndim > 1 else (margins > 0).astype(int)
