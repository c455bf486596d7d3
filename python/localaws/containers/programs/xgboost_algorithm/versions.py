"""In what the images differ, by their tags."""

from __future__ import annotations

import re

__all__ = ["knows_silent", "pickles_models"]

_VERBOSITY_SINCE, _SAVES_SINCE = (1, 2), (1, 3)


def _version(tag: str) -> tuple[int, ...]:
    """(1, 0, 1) of "1.0-1-cpu-py3"; empty for a tag without a version, which counts as the newest."""
    return tuple(int(number) for number in re.findall(r"\d+", tag)[:3])


def knows_silent(tag: str) -> bool:
    """Whether `silent`, which `verbosity` replaced, is a hyperparameter."""
    return () < _version(tag) < _VERBOSITY_SINCE


def pickles_models(tag: str) -> bool:
    """Whether `xgboost-model` is a pickled Booster, not one that was saved by `save_model`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#xgboost-modes
    """
    return () < _version(tag) < _SAVES_SINCE
