"""The warning about objectives that AWS's newest XGBoost images report wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from localaws.images.xgboost_algorithm.deviations import deviation
from localaws.images.xgboost_algorithm.metrics import MAXIMIZED, MINIMIZED
from mlops.commands.tuning.caution import caution

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


def _described(tag: str, objective: str = "binary:logistic", repository: str = "sagemaker-xgboost") -> dict[str, Any]:
    definition = {
        "AlgorithmSpecification": {"TrainingImage": f"{REGISTRY}/{repository}:{tag}"},
        "StaticHyperParameters": {"objective": objective, "num_round": "5"},
    }
    return {"TrainingJobDefinition": definition}


def test_the_warning_names_image_metric_and_remedy() -> None:
    assert caution(_described("3.2-0"), "validation:accuracy") == (
        "Warning: on AWS, image sagemaker-xgboost:3.2-0 reports wrong values of validation:accuracy, so that the best "
        "trial is chosen by chance (the local stack reports true ones): tune by validation:error, or with image 1.7-1."
    )
    several = {"TrainingJobDefinitions": [_described("3.0-5", "multi:softmax")["TrainingJobDefinition"]]}
    warned = caution(several, "validation:f1_macro")
    assert warned is not None
    assert "tune by validation:merror" in warned


@pytest.mark.parametrize("tag", ["1.5-1", "1.7-1", "3.0-5", "3.2-0"])
@pytest.mark.parametrize("objective", ["binary:logistic", "multi:softmax", "multi:softprob", "binary:hinge"])
def test_it_warns_where_the_local_stack_does(tag: str, objective: str) -> None:
    for metric in (*MAXIMIZED, *MINIMIZED):
        differs = deviation(metric, objective, tag) is not None and tag[0] == "3"
        assert (caution(_described(tag, objective), f"validation:{metric}") is not None) == differs, metric


def test_other_images_and_scripts_are_left_alone() -> None:
    assert caution(_described("3.0-5", repository="mine/trainer"), "validation:accuracy") is None
    script = _described("3.0-5")
    script["TrainingJobDefinition"]["StaticHyperParameters"] = {}
    assert caution(script, "validation:accuracy") is None
