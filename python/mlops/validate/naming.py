"""Which student ids a resource's name can be made of."""

from __future__ import annotations

import re

from mlops.aws.tuning_names import STEMS

__all__ = ["contains", "is_fixed", "owners"]

_TIMED = re.compile(rf"(?:{'|'.join((*STEMS, 'batch-transform'))})-(.+)")
_UNTIMED = re.compile(r"(?:xgboost-model|xgboost-models|xgboost-endpoint|multi-model-endpoint|MLPipeline)-(.+)")
_OF_THE_PROJECT = re.compile(r"(?:xgboost-models|xgboost-endpoint|multi-model-endpoint)-.+")
# Timestamps of digits and hyphens, as this project, the SDK and students write them; otherwise the eight characters of
# a short name, or the sixteen of an execution of EventBridge Scheduler, which a second hyphen sets apart.
_ENDS = (r"\d{6,17}", r"\d{6,8}-\d{4,6}(-\d{3})?", r"\d{4}(-\d{2}){2,5}(-\d{3})?", r"[0-9a-z]{8}", r"-?[0-9a-z]{16}")


def contains(student_id: str, text: str) -> bool:
    """Whether the id is in a text as words of its own: ``ann`` in ``models-ann``, not in ``models-joann``."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(student_id)}(?![A-Za-z0-9])", text) is not None


def is_fixed(name: str) -> bool:
    """Whether a name has a form that the assessment fixes: those of jobs, the model and the pipeline."""
    return bool(owners(name)) and not _OF_THE_PROJECT.fullmatch(name)


def owners(name: str) -> set[str]:
    """The ids that a name can have been made of, as the assessment or this project makes names; empty for others.

    ``batch-transform-ann-lee-20261127091500`` is ``ann-lee``'s. A name can have several readings: where
    ``ann-261127`` is an id too, ``xgboost-tuning-ann-261127-132600`` can be that student's or ``ann``'s.
    """
    if untimed := _UNTIMED.fullmatch(name):
        return {untimed[1]}
    if (timed := _TIMED.fullmatch(name)) is None:
        return set()
    return {found[1] for end in _ENDS if (found := re.fullmatch(rf"(.+?)-{end}", timed[1]))}
