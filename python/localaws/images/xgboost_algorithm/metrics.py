"""Evaluation metrics: the names that the image accepts, which of them it computes itself, and their directions."""

from __future__ import annotations

from collections.abc import Sequence

from .versions import computes_errors

__all__ = ["MAXIMIZED", "MINIMIZED", "computed_by_image", "higher_is_better", "needs_sklearn", "watched_metric"]

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
# Metrics of class labels, of predicted numbers, and of numbers that old images leave to xgboost.
ON_CLASSES = frozenset(MAXIMIZED) - {"auc", "aucpr", "map", "ndcg", "r2"}
ON_NUMBERS = frozenset({"mse", "r2"})
ERRORS = frozenset({"mae", "rmse"})


def computed_by_image(tag: str) -> frozenset[str]:
    """The metrics that the image of `tag` computes itself. They count every row once, whatever its weight."""
    return ON_CLASSES | ON_NUMBERS | (ERRORS if computes_errors(tag) else frozenset())


def needs_sklearn(metric: str) -> bool:
    """Whether the stand-in computes `metric` with scikit-learn."""
    return metric in ON_CLASSES or metric == "r2"


def higher_is_better(metric: str) -> bool:
    """The direction of `metric`; `ndcg@5` has that of `ndcg`."""
    return metric.partition("@")[0] in MAXIMIZED


def watched_metric(tuned: str | None, asked: Sequence[str] | None) -> str | None:
    """What early stopping watches: the tuning objective (`validation:auc`), else the last of `eval_metric`."""
    named = tuned.split(":")[1].split(",") if tuned else asked
    return named[-1] if named else None
