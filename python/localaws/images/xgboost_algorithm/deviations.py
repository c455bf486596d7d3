"""Metrics of which AWS's images report another value, or which they optimize the other way.

The local stack reports the true value under every tag and optimizes in the right direction, so a job that is tuned or
stopped by such a metric chooses another model on AWS. Source: custom_metrics.py, train.py and callback.py of
github.com/aws/sagemaker-xgboost-container; branches 1.2-2 to 1.7-1 hand raw scores to the image's metrics, the branch
of images 3.0-5 and 3.2 hands them predictions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .metrics import ERRORS, MAXIMIZED, ON_CLASSES, ON_NUMBERS, higher_is_better, watched_metric
from .objectives import DEFAULT, LOG_LINK, PREDICTS_CLASSES, PROBABILITIES
from .versions import computes_errors, hands_predictions, hands_raw_scores

__all__ = ["deviation", "objective_warning"]

# A metric of xgboost's own, which every image reports rightly.
_SAFE = {
    "binary:hinge": "error",
    "binary:logistic": "error",
    "count:poisson": "poisson-nloglik",
    "multi:softmax": "merror",
    "reg:gamma": "gamma-nloglik",
    "reg:logistic": "logloss",
    "reg:tweedie": "rmsle",
    "survival:aft": "aft-nloglik",
    "survival:cox": "cox-nloglik",
}


def deviation(metric: str, objective: str, tag: str) -> str | None:
    """What AWS's image of `tag` does in the place of computing `metric`; None where it reports the true value."""
    if hands_predictions(tag) and metric in ON_CLASSES:
        if objective in (*PROBABILITIES, *LOG_LINK):
            return f"takes every row for class 1, as all predictions of {objective} are above 0"
        if objective == "multi:softmax":
            return "takes every class above 0 for class 1"
    numbers = ON_NUMBERS | (ERRORS if computes_errors(tag) else frozenset())
    if hands_raw_scores(tag) and metric in numbers and objective in (*PROBABILITIES, *LOG_LINK, *PREDICTS_CLASSES):
        return f"compares the labels with the raw scores of {objective}, not with its predictions"
    return None


def objective_warning(hyperparameters: Mapping[str, Any], tag: str) -> str | None:
    """What to know about the metric that these hyperparameters tune or stop by; None where AWS does the same.

    `eval_metric` may be a list or text with commas. `tag` is the image's; without a version it is the newest.
    """
    tuned, asked = hyperparameters.get("_tuning_objective_metric"), hyperparameters.get("eval_metric")
    stops = "early_stopping_rounds" in hyperparameters
    metric = watched_metric(tuned, asked.split(",") if isinstance(asked, str) else asked)
    if metric is None or not (tuned or stops):
        return None
    objective = str(hyperparameters.get("objective", DEFAULT))
    role = "tuned" if tuned else "stopped early"
    if reason := deviation(metric, objective, tag):
        return (
            f"Training is {role} by '{metric}', which is the true value here; AWS's image {tag} {reason}. For the same "
            f"result on AWS choose a metric of xgboost's own, such as '{_SAFE[objective]}'."
        )
    if stops and higher_is_better(metric) and metric not in MAXIMIZED:
        return (
            f"Training is stopped early by '{metric}', of which more is better; AWS's images stop when it has not "
            f"become less. For the same result on AWS choose '{metric.partition('@')[0]}' without a threshold."
        )
    return None
