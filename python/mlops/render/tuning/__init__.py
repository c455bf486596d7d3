"""Hyperparameter tuning: the requests that the entry point sends, and the pipeline that tunes."""

from mlops.render.tuning.definition import tuned
from mlops.render.tuning.requests import preprocessing_request, tuning_request

__all__ = ["preprocessing_request", "tuned", "tuning_request"]
