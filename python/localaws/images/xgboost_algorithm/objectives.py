"""What the predictions of an objective are. Those of any other objective are its raw scores.

https://xgboost.readthedocs.io/en/stable/parameter.html#learning-task-parameters
"""

from __future__ import annotations

__all__ = ["DEFAULT", "LOG_LINK", "PREDICTS_CLASSES", "PROBABILITIES"]

DEFAULT = "reg:squarederror"
PREDICTS_CLASSES = ("binary:hinge", "multi:softmax")
PROBABILITIES = ("binary:logistic", "reg:logistic")  # the logistic function of the raw score
LOG_LINK = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:aft", "survival:cox")  # its exponential
