"""Rules between hyperparameters, and for metrics with a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import UserError
from .metrics import MAXIMIZED, MINIMIZED

__all__ = ["check_dependencies", "check_metric"]

_LINEAR_UPDATERS = ("shotgun", "coord_descent")
_TREE_UPDATERS = [
    "grow_colmaker",
    "distcol",
    "grow_histmaker",
    "grow_skmaker",
    "sync",
    "refresh",
    "prune",
    "grow_quantile_histmaker",
]
_GROWING = ("grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker")
_WITH_THRESHOLD = ("error", "ndcg", "map")


def check_metric(metric: str) -> bool:
    """Whether the image knows `metric`; `error@0.7` has a threshold. Raises UserError for a malformed one."""
    if "<function" in metric:
        raise UserError(f"User defined evaluation metric {metric} is not supported yet.")
    if "@" not in metric:
        return metric in MAXIMIZED or metric in MINIMIZED
    name, threshold = (part.strip() for part in metric.split("@")[:2])
    if name not in _WITH_THRESHOLD:
        raise UserError(
            f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized threshold should be one of "
            "these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError as error:
        raise UserError(f"Threshold value 't' in '{name}@t' expects float input.") from error
    return True


def check_dependencies(values: Mapping[str, Any]) -> None:
    """Raise UserError where one hyperparameter does not go with another."""
    objective, metrics = values.get("objective"), values.get("eval_metric", [])
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if "auc" in metrics and not (objective or "").startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    _check_what_xgboost_refuses(values)
    method = values.get("tree_method")
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' "
            "or 'approx'."
        )
    if "updater" in values:
        _check_updater(values["updater"], values)


def _check_what_xgboost_refuses(values: Mapping[str, Any]) -> None:
    """What AWS's image accepts, and xgboost then refuses with a line of its source."""
    tuned = str(values.get("_tuning_objective_metric", "")).partition(":")[2]
    if "tweedie-nloglik" in (*values.get("eval_metric", []), tuned):
        raise UserError(
            "Metric 'tweedie-nloglik' needs a variance power (tweedie-nloglik@1.5), which AWS's image does not accept. "
            "Leave eval_metric out: objective reg:tweedie then reports it, with the power tweedie_variance_power. Tune "
            "by 'validation:rmse'."
        )
    if values.get("objective") == "survival:aft":
        raise UserError(
            "Objective 'survival:aft' needs a lower and an upper bound for each row, and no content type of the "
            "built-in algorithm has them: train with a script that calls DMatrix.set_float_info, or use 'survival:cox'."
        )


def _check_updater(updaters: list[str], values: Mapping[str, Any]) -> None:
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in _LINEAR_UPDATERS:
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if not set(updaters) <= {"refresh", "prune"}:
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif not set(updaters) <= set(_TREE_UPDATERS):
        raise UserError(
            "Tree updater should be selected from these options: "
            + ", ".join(f"'{name}'" for name in (*_TREE_UPDATERS, *_LINEAR_UPDATERS))
            + "."
        )
    elif sum(updater in _GROWING for updater in updaters) > 1:
        names = ", ".join(f"'{name}'" for name in _GROWING)
        raise UserError(f"Only one tree grow plugin can be selected. Choose one from the following: {names}")
