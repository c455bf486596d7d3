"""In what the images differ, by their tags."""

from __future__ import annotations

import re

__all__ = ["computes_errors", "hands_predictions", "hands_raw_scores", "knows_silent", "pickles_models"]

_VERBOSITY_SINCE, _SAVES_SINCE, _ERRORS_SINCE = (1, 2), (1, 3), (1, 3)
_RAW_SCORES_SINCE, _PREDICTIONS_SINCE = (1, 2), (3,)


def _version(tag: str) -> tuple[int, ...]:
    """(1, 0, 1) of "1.0-1-cpu-py3"; empty for a tag without a version, which counts as the newest."""
    found = re.match(r"(\d+)(?:\.(\d+))?(?:-(\d+))?(?=-|$)", tag)  # the digest of an image may begin with digits
    return tuple(int(number) for number in found.groups() if number) if found else ()


def knows_silent(tag: str) -> bool:
    """Whether `silent`, which `verbosity` replaced, is a hyperparameter."""
    return () < _version(tag) < _VERBOSITY_SINCE


def pickles_models(tag: str) -> bool:
    """Whether `xgboost-model` is a pickled Booster, not one that was saved by `save_model`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#xgboost-modes
    """
    return () < _version(tag) < _SAVES_SINCE


def computes_errors(tag: str) -> bool:
    """Whether the image computes `mae` and `rmse` itself, and so without instance weights."""
    version = _version(tag)
    return not version or version >= _ERRORS_SINCE


def hands_predictions(tag: str) -> bool:
    """Whether AWS's image hands transformed predictions to metrics that were written for raw scores."""
    version = _version(tag)
    return not version or version >= _PREDICTIONS_SINCE


def hands_raw_scores(tag: str) -> bool:
    """Whether AWS's image hands raw scores to its own metrics."""
    return _RAW_SCORES_SINCE <= _version(tag) < _PREDICTIONS_SINCE
