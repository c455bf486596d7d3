"""Hyperparameters that the XGBoost image accepts, and its words for the others."""

from __future__ import annotations

import pytest

from localaws.images.xgboost_algorithm.channels import content_type
from localaws.images.xgboost_algorithm.channels import validate as validate_channels
from localaws.images.xgboost_algorithm.errors import UserError
from localaws.images.xgboost_algorithm.hyperparameters import validate


def test_types_aliases_and_lists() -> None:
    given = {"num_round": "10", "learning_rate": "0.2", "reg_lambda": "1", "eval_metric": "auc,error@0.7"}
    assert validate({**given, "objective": "binary:logistic"}) == {
        "num_round": 10,
        "eta": 0.2,
        "lambda": 1.0,
        "eval_metric": ["auc", "error@0.7"],
        "objective": "binary:logistic",
    }
    constrained = validate({"num_round": "1", "tree_method": "hist", "monotone_constraints": "(1, -1)"})
    assert constrained["monotone_constraints"] == (1, -1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"gamma": "-1"}, "Hyperparameter gamma: -1.0 is not in [0, +inf)"),
        ({"max_depth": "5.5"}, "Hyperparameter max_depth: could not parse value (caused by ValueError)"),
        ({"booster": "tree"}, "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']"),
        ({"seed": "2147483647"}, "Hyperparameter seed: 2147483647 is not in (-2147483648, 2147483647)"),
        ({"eval_metric": "rmse@1"}, "Metric 'rmse@1' is not supported. Parameter 'eval_metric' with customized"),
        ({"eval_metric": "error@x"}, "Threshold value 't' in 'error@t' expects float input."),
        ({"eval_metric": "auc"}, "Metric 'auc' can only be applied for classification and ranking problems."),
        ({"monotone_constraints": "(1,)"}, "monotone_constraints can be used only when the tree_method parameter"),
        ({"objective": "multi:softprob"}, "Require input for parameter 'num_class' for multi-classification"),
        ({"updater": "refresh,shrink"}, "Hyperparameter updater: value ['refresh', 'shrink'] not in range"),
        (
            {"objective": "reg:tweedie", "eval_metric": "rmse,tweedie-nloglik"},
            "Leave eval_metric out: objective reg:twee",
        ),
        ({"_tuning_objective_metric": "validation:tweedie-nloglik"}, "Tune by 'validation:rmse'."),
        ({"objective": "survival:aft"}, "Objective 'survival:aft' needs a lower and an upper bound for each row"),
        ({"_tuning_objective_metric": "train:auc"}, "Hyperparameter _tuning_objective_metric: train:auc is not in"),
    ],
)
def test_what_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as refused:
        validate({"num_round": "1", **given})
    assert message in str(refused.value)


def test_old_images_know_silent() -> None:
    given = {"num_round": "1", "silent": "0"}
    assert validate(given, "1.0-1-cpu-py3") == {"num_round": 1}
    with pytest.raises(UserError, match=r"silent: 2 is not in \[0, 1\]"):
        validate({**given, "silent": "2"}, "0.90-2-cpu-py3")
    for tag in ("1.2-1", "1.7-1", ""):
        with pytest.raises(UserError, match="Extraneous hyperparameter found: silent"):
            validate(given, tag)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        (None, "libsvm"),
        ("text/libsvm ;charset=utf8", "libsvm"),
        ("CSV", "csv"),
        ("text/csv; label_size=1", "csv"),
        ("application/x-parquet", "parquet"),
    ],
)
def test_content_types(declared: str | None, kind: str) -> None:
    assert content_type(declared) == kind


def test_content_types_that_are_refused() -> None:
    with pytest.raises(
        UserError,
        match="application/json is not an accepted ContentType: csv, libsvm, parquet, recordio-protobuf, text/csv",
    ):
        content_type("application/json")
    with pytest.raises(UserError, match="Optional parameter label_size must be equal to 1"):
        content_type("text/csv; label_size=2")
    with pytest.raises(UserError, match="Channel configuration for 'train' channel is not supported"):
        validate_channels({"train": {"ContentType": "image/png"}})
