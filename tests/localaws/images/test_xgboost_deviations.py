"""The warning about metrics by which AWS's images choose otherwise."""

from __future__ import annotations

import pytest

from localaws.images.xgboost_algorithm.deviations import deviation, objective_warning
from localaws.images.xgboost_algorithm.hyperparameters import validate
from localaws.images.xgboost_algorithm.metrics import MAXIMIZED, MINIMIZED, higher_is_better

BINARY = {"objective": "binary:logistic"}
BY_ACCURACY = "_tuning_objective_metric", "validation:accuracy"


def _warned(tag: str, *more: tuple[str, str], **given: str) -> str | None:
    return objective_warning(validate({"num_round": "5", **BINARY, **given, **dict(more)}, tag), tag)


@pytest.mark.parametrize("tag", ["3.0-5", "3.2-0", "latest", ""])
def test_a_tuning_objective_that_new_images_get_wrong_is_named(tag: str) -> None:
    assert _warned(tag, BY_ACCURACY) == (
        f"Training is tuned by 'accuracy', which is the true value here; AWS's image {tag} takes every row for "
        "class 1, as all predictions of binary:logistic are above 0. For the same result on AWS choose a metric of "
        "xgboost's own, such as 'error'."
    )


def test_early_stopping_watches_the_last_metric() -> None:
    stopped = _warned("3.0-5", eval_metric="auc,f1", early_stopping_rounds="3")
    assert stopped is not None
    assert stopped.startswith("Training is stopped early by 'f1'")
    assert _warned("3.0-5", eval_metric="f1,auc", early_stopping_rounds="3") is None
    assert _warned("3.0-5", eval_metric="auc,f1") is None
    tuned = {"_tuning_objective_metric": "validation:auc", "eval_metric": "f1", "early_stopping_rounds": "3"}
    assert _warned("3.0-5", **tuned) is None


@pytest.mark.parametrize("tag", ["0.90-2-cpu-py3", "1.0-1-cpu-py3", "1.2-1", "1.3-1", "1.5-1", "1.7-1"])
def test_older_images_report_classes_rightly(tag: str) -> None:
    assert _warned(tag, BY_ACCURACY) is None


@pytest.mark.parametrize(
    ("metric", "objective", "tag", "differs"),
    [
        ("recall_macro", "multi:softmax", "3.0-5", True),
        ("recall_macro", "multi:softprob", "3.0-5", False),
        ("accuracy", "binary:hinge", "3.0-5", False),
        ("accuracy", "binary:logitraw", "3.0-5", False),
        ("accuracy", "reg:logistic", "3.0-5", True),
        ("rmse", "count:poisson", "3.0-5", False),
        ("rmse", "count:poisson", "1.7-1", True),
        ("rmse", "count:poisson", "1.2-2", False),
        ("mse", "count:poisson", "1.2-2", True),
        ("mse", "count:poisson", "1.0-1", False),
        ("r2", "reg:squarederror", "1.7-1", False),
        ("auc", "binary:logistic", "3.0-5", False),
    ],
)
def test_which_values_differ(metric: str, objective: str, tag: str, differs: bool) -> None:
    assert (deviation(metric, objective, tag) is not None) == differs


def test_a_threshold_does_not_turn_the_direction() -> None:
    assert higher_is_better("ndcg@5")
    assert higher_is_better("map@3")
    assert not higher_is_better("error@0.7")
    assert all(map(higher_is_better, MAXIMIZED))
    assert not any(map(higher_is_better, MINIMIZED))
    ranked = {"num_round": "5", "objective": "rank:ndcg", "eval_metric": "ndcg@5", "early_stopping_rounds": "3"}
    warned = objective_warning(validate(ranked), "1.7-1")
    assert warned == (
        "Training is stopped early by 'ndcg@5', of which more is better; AWS's images stop when it has not become "
        "less. For the same result on AWS choose 'ndcg' without a threshold."
    )


def test_hyperparameters_of_a_request_are_read_as_they_are_sent() -> None:
    given = {"objective": "multi:softmax", "eval_metric": "merror,precision_macro", "early_stopping_rounds": "5"}
    warned = objective_warning(given, "3.0-5")
    assert warned is not None
    assert "'precision_macro'" in warned
