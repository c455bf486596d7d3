"""Metrics of a binary classifier in the format of the Model Registry's model quality report."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import intervals
from .intervals import Estimate

_CURVE_POINTS = 200
_BINS = 10
# What scikit-learn keeps a probability from 0 and 1 by, so that its logarithm is finite.
_SMALLEST = float(np.finfo(np.float64).eps)


def model_quality(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any], threshold: float) -> dict[str, Any]:
    """The model quality document for n rows: `positive` booleans of both values, `scores` between 0 and 1.

    `binary_classification_metrics` has the names and shapes that SageMaker's registry and Model Monitor use
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html), with log_loss,
    brier_score and expected_calibration_error added. A row is called positive from `threshold` on. Standard deviations
    that the data cannot tell are the string "NaN", as AWS writes them; the intervals stand in a section of their own.
    """
    called = scores >= threshold
    counts = np.array(
        [(~positive & ~called).sum(), (~positive & called).sum(), (positive & ~called).sum(), (positive & called).sum()]
    )
    estimates = {**_from_counts(counts), **_from_scores(positive, scores)}
    bins = calibration(positive, scores)
    metrics: dict[str, Any] = {name: _metric(estimate) for name, estimate in estimates.items()}
    true_negative, false_positive, false_negative, true_positive = (int(count) for count in counts)
    metrics["confusion_matrix"] = {  # actual → predicted → rows
        "0": {"0": true_negative, "1": false_positive},
        "1": {"0": false_negative, "1": true_positive},
    }
    metrics["expected_calibration_error"] = {"value": calibration_error(bins), "standard_deviation": "NaN"}
    metrics["receiver_operating_characteristic_curve"] = roc_curve(positive, scores)
    metrics["precision_recall_curve"] = precision_recall_curve(positive, scores)
    return {
        "binary_classification_metrics": metrics,
        "calibration": {"bins": bins},
        "confidence_intervals_95": {
            name: {"lower": estimate.interval[0], "upper": estimate.interval[1], "method": estimate.method}
            for name, estimate in estimates.items()
            if estimate.interval is not None
        },
        "dataset": {"base_rate": float(positive.mean()), "decision_threshold": threshold, "item_count": len(positive)},
    }


def _metric(estimate: Estimate) -> dict[str, Any]:
    deviation = estimate.standard_deviation
    return {"value": estimate.value, "standard_deviation": "NaN" if deviation is None else deviation}


def _from_counts(counts: np.ndarray[Any, Any]) -> dict[str, Estimate]:
    tn, fp, fn, tp = (int(count) for count in counts)
    estimates = {
        "accuracy": intervals.proportion(tp + tn, tn + fp + fn + tp),
        "precision": intervals.proportion(tp, tp + fp),
        "recall": intervals.proportion(tp, tp + fn),
        "true_positive_rate": intervals.proportion(tp, tp + fn),
        "true_negative_rate": intervals.proportion(tn, tn + fp),
        "false_positive_rate": intervals.proportion(fp, tn + fp),
        "false_negative_rate": intervals.proportion(fn, tp + fn),
    }
    for name, beta in (("f0_5", 0.5), ("f1", 1.0), ("f2", 2.0)):
        estimates[name] = intervals.f_measure(tp, fn, fp, beta)
    return estimates


def _from_scores(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> dict[str, Estimate]:
    likelihood = np.clip(np.where(positive, scores, 1 - scores), _SMALLEST, 1 - _SMALLEST)
    return {
        "auc": intervals.auc(positive, scores),
        "brier_score": intervals.mean((scores - positive) ** 2),
        "log_loss": intervals.mean(-np.log(likelihood)),
    }


def _cumulated(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> Any:
    """True and false positives when the threshold falls past each distinct score, from none to all rows."""
    order = np.argsort(-scores, kind="mergesort")
    hits = np.cumsum(positive[order])
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    true_positives = np.append(0, hits[last])
    return true_positives, np.append(0, last + 1) - true_positives


def roc_curve(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> dict[str, list[float]]:
    """Points of the ROC curve from (0, 0) to (1, 1), at most 201, spread evenly along its length."""
    true_positives, false_positives = _cumulated(positive, scores)
    x, y = false_positives / false_positives[-1], true_positives / true_positives[-1]
    kept = _thinned(x, y)
    return {"false_positive_rates": x[kept].tolist(), "true_positive_rates": y[kept].tolist()}


def precision_recall_curve(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> dict[str, list[float]]:
    """Points of the precision-recall curve from recall 0 (precision 1 by convention) to 1, at most 201."""
    true_positives, false_positives = _cumulated(positive, scores)
    recalls = true_positives / true_positives[-1]
    precisions = np.append(1.0, true_positives[1:] / (true_positives + false_positives)[1:])
    kept = _thinned(recalls, precisions)
    return {"precisions": precisions[kept].tolist(), "recalls": recalls[kept].tolist()}


def _thinned(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    travelled = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    wanted = np.linspace(0.0, travelled[-1], _CURVE_POINTS + 1)
    nearest = np.clip(np.searchsorted(travelled, wanted), 0, len(x) - 1)
    return np.unique(np.concatenate([[0], nearest, [len(x) - 1]]))


def calibration(positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """Ten bins of equal width over the scores: rows, mean score and share of positives; empty bins are left out."""
    index = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    bins = []
    for number in range(_BINS):
        member = index == number
        if member.any():
            bins.append(
                {
                    "lower": number / _BINS,
                    "upper": (number + 1) / _BINS,
                    "item_count": int(member.sum()),
                    "mean_score": float(scores[member].mean()),
                    "positive_share": float(positive[member].mean()),
                }
            )
    return bins


def calibration_error(bins: list[dict[str, Any]]) -> float:
    """Expected calibration error (Naeini et al. 2015): the bins' gaps between score and share, weighted by rows."""
    total = sum(entry["item_count"] for entry in bins)
    gaps = (entry["item_count"] * abs(entry["mean_score"] - entry["positive_share"]) for entry in bins)
    return float(sum(gaps) / total)
