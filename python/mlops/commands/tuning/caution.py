"""A warning about an objective that AWS's newest XGBoost images report wrongly.

Images 3.0-5 and 3.2 compare predictions with 0 that are probabilities or classes already: custom_metrics.py and
train.py of https://github.com/aws/sagemaker-xgboost-container.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["caution"]

_ON_CLASSES = re.compile(
    r"validation:(accuracy|balanced_accuracy|f1(_binary|_macro)?|(precision|recall)(_macro|_micro)?)"
)
_IMAGE = re.compile(r"/(?:sagemaker-)?xgboost:(3\.[\w.-]+)$")
_INSTEAD = {"binary:logistic": "validation:error", "multi:softmax": "validation:merror"}


def caution(described: Mapping[str, Any], metric: str) -> str | None:
    """What to know about the values of ``metric`` in a described tuning job; None where they can be relied on."""
    definitions = described.get("TrainingJobDefinitions") or [described["TrainingJobDefinition"]]
    for each in definitions:
        image = _IMAGE.search(each["AlgorithmSpecification"].get("TrainingImage", ""))
        instead = _INSTEAD.get(each.get("StaticHyperParameters", {}).get("objective", ""))
        if image and instead and _ON_CLASSES.fullmatch(metric):
            return (
                f"Warning: on AWS, image sagemaker-xgboost:{image[1]} reports wrong values of {metric}, so that the "
                f"best trial is chosen by chance (the local stack reports true ones): tune by {instead}, or with image "
                "1.7-1."
            )
    return None
