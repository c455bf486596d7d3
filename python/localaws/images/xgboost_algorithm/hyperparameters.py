"""Hyperparameters: the names, types and ranges that the image accepts, and what it says about the others.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .errors import UserError
from .metrics import MAXIMIZED, MINIMIZED
from .rules import check_dependencies, check_metric
from .versions import knows_silent

__all__ = ["validate"]

Kind = Literal["integer", "real", "choice", "list", "constraints"]
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
METRICS = MAXIMIZED + MINIMIZED


@dataclass(frozen=True)
class Interval:
    """A range in the notation of the messages: `[0, 1]`, `(0, +inf)`."""

    text: str

    def __contains__(self, value: float) -> bool:
        low, high = (float(bound) for bound in self.text[1:-1].split(","))
        above = value >= low if self.text[0] == "[" else value > low
        return above and (value <= high if self.text[-1] == "]" else value < high)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Hyperparameter:
    kind: Kind
    allowed: Interval | Sequence[Any]


def _integer(allowed: str) -> Hyperparameter:
    return Hyperparameter("integer", Interval(allowed))


def _real(allowed: str) -> Hyperparameter:
    return Hyperparameter("real", Interval(allowed))


def _choice(*allowed: str) -> Hyperparameter:
    return Hyperparameter("choice", allowed)


OBJECTIVES = [
    "aft_loss_distribution",
    "binary:logistic",
    "binary:logitraw",
    "binary:hinge",
    "count:poisson",
    "multi:softmax",
    "multi:softprob",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
    "reg:linear",
    "reg:squarederror",
    "reg:logistic",
    "reg:gamma",
    "reg:pseudohubererror",
    "reg:squaredlogerror",
    "reg:absoluteerror",
    "reg:tweedie",
    "survival:aft",
    "survival:cox",
]
UPDATERS = [
    "grow_colmaker",
    "distcol",
    "grow_histmaker",
    "grow_skmaker",
    "sync",
    "refresh",
    "prune",
    "shotgun",
    "coord_descent",
]

KNOWN: dict[str, Hyperparameter] = {
    "num_round": _integer("[1, +inf)"),
    "csv_weights": _integer("[0, 1]"),
    "early_stopping_rounds": _integer("[1, +inf)"),
    "booster": _choice("gbtree", "gblinear", "dart"),
    "verbosity": _integer("[0, 3]"),
    "nthread": _integer("[1, +inf)"),
    "eta": _real("[0, 1]"),
    "gamma": _real("[0, +inf)"),
    "max_depth": _integer("[0, +inf)"),
    "min_child_weight": _real("[0, +inf)"),
    "max_delta_step": _real("[0, +inf)"),
    "subsample": _real("(0, 1]"),
    "colsample_bytree": _real("(0, 1]"),
    "colsample_bylevel": _real("(0, 1]"),
    "colsample_bynode": _real("(0, 1]"),
    "lambda": _real("[0, +inf)"),
    "alpha": _real("[0, +inf)"),
    "tree_method": _choice("auto", "exact", "approx", "hist", "gpu_hist"),
    "sketch_eps": _real("(0, 1)"),
    "scale_pos_weight": _real("(0, +inf)"),
    "updater": Hyperparameter("list", UPDATERS),
    "dsplit": _choice("row", "col"),
    "refresh_leaf": _integer("[0, 1]"),
    "process_type": _choice("default", "update"),
    "grow_policy": _choice("depthwise", "lossguide"),
    "max_leaves": _integer("[0, +inf)"),
    "max_bin": _integer("[0, +inf)"),
    "predictor": _choice("auto", "cpu_predictor", "gpu_predictor"),
    "monotone_constraints": Hyperparameter("constraints", (-1, 0, 1)),
    "interaction_constraints": Hyperparameter("constraints", Interval("[1, +inf)")),
    "sample_type": _choice("uniform", "weighted"),
    "normalize_type": _choice("tree", "forest"),
    "rate_drop": _real("[0, 1]"),
    "one_drop": _integer("[0, 1]"),
    "skip_drop": _real("[0, 1]"),
    "lambda_bias": _real("[0, 1]"),
    "tweedie_variance_power": _real("(1, 2)"),
    "objective": _choice(*OBJECTIVES),
    "num_class": _integer("[2, +inf)"),
    "base_score": _real("[0, +inf)"),
    "_kfold": _integer("[2, +inf)"),
    "_num_cv_round": _integer("[1, +inf)"),
    "_tuning_objective_metric": _choice(*(f"validation:{name}" for name in METRICS)),
    "eval_metric": Hyperparameter("list", METRICS),
    "seed": _integer("(-2147483648, 2147483647)"),
    "num_parallel_tree": _integer("[1, +inf)"),
    "save_model_on_termination": _choice("true", "false"),
    "aft_loss_distribution": _choice("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": _real("[0, +inf)"),
    "deterministic_histogram": _choice("true", "false"),
    "sampling_method": _choice("uniform", "gradient_based"),
    "prob_buffer_row": _integer("(1.0, +inf)"),
    "use_dask_gpu_training": _choice("true", "false"),
}


def validate(given: Mapping[str, str], tag: str = "") -> dict[str, Any]:
    """The hyperparameters of a training job ({name: text}) with their types; raises UserError in the image's words.

    `tag` is the image's; without a version it is the newest.
    """
    named = {ALIASES.get(name, name): value for name, value in given.items()}
    # It says how much the log shows, which it no longer does.
    silent = named.pop("silent", None) if knows_silent(tag) else None
    if silent not in (None, "0", "1"):
        raise UserError(f"Hyperparameter silent: {silent} is not in [0, 1]")
    if "num_round" not in named:
        raise UserError("Missing required hyperparameter: num_round")
    typed = {name: _typed(name, value) for name, value in named.items()}
    for name, value in typed.items():
        _check_range(name, value)
    check_dependencies(typed)
    return typed


def _typed(name: str, text: str) -> Any:
    if name not in KNOWN:
        raise UserError(f"Extraneous hyperparameter found: {name}")
    try:
        match KNOWN[name].kind:
            case "integer":
                return int(text)
            case "real":
                return float(text)
            case "list":
                return text.split(",")
            case "constraints":
                return ast.literal_eval(text)
            case _:
                return text
    except (ValueError, SyntaxError) as error:
        reason = type(error).__name__
        raise UserError(f"Hyperparameter {name}: could not parse value (caused by {reason})") from error


def _check_range(name: str, value: Any) -> None:
    known = KNOWN[name]
    if name == "eval_metric":
        if not all(check_metric(metric) for metric in value):
            raise UserError(f"Hyperparameter {name}: value {value} not in range {known.allowed}")
    elif name == "interaction_constraints":
        if any(element not in known.allowed for group in value for element in group):
            raise UserError(f"Hyperparameter {name}: value {value} not in range {known.allowed}")
    elif known.kind in ("list", "constraints"):
        if any(element not in known.allowed for element in value):
            raise UserError(f"Hyperparameter {name}: value {value} not in range {known.allowed}")
    elif value not in known.allowed:
        allowed = list(known.allowed) if isinstance(known.allowed, tuple | list) else known.allowed
        raise UserError(f"Hyperparameter {name}: {value} is not in {allowed}")
