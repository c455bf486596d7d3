"""Whose a job is by its name alone, where no tag says it."""

from __future__ import annotations

import re

from mlops.operate.tuning.naming import STEMS

__all__ = ["contains", "named_for"]

# How this project names jobs: a beginning and a time, or the id of EventBridge Scheduler's execution.
_OURS = (*STEMS, "batch-transform")
_OUR_ENDS = (r"\d{12}", r"[0-9a-z]{8}", r"\d{8}-\d{6}-\d{3}", r"[0-9a-z]{16}")
# How the SageMaker SDK ends the names that it begins as it is told; the assessment's own beginnings alone are exact.
_ASSESSED = ("xgboost-tuning", "batch-transform")
_SDK_ENDS = (r"\d{6}-\d{4}", r"\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}-\d{3}")


def contains(student_id: str, text: str) -> bool:
    """Whether the id stands in a text as words of its own: ``ann`` in ``models-ann``, not in ``models-joann``."""
    return re.search(rf"(?<![a-z0-9]){re.escape(student_id)}(?![a-z0-9])", text) is not None


def named_for(student_id: str, name: str) -> bool:
    """Whether a name is of one student: it contains the id as words of its own.

    One id can be part of another, so a name that is made as this project makes them, a known beginning, an id and a
    time, is of that whole id: ``tune-ann-lee-2rz4ywi4`` is ``ann-lee``'s, and neither ``ann``'s nor ``tune-ann``'s.
    Any other name that a student chose counts.
    """
    if not contains(student_id, name):
        return False
    if (begun := re.match(rf"({'|'.join(_OURS)})-", name)) is None:
        return True
    rest = name[begun.end() :]
    ends = (*_OUR_ENDS, *_SDK_ENDS) if begun[1] in _ASSESSED else _OUR_ENDS
    owners = {found[1] for end in ends if (found := re.fullmatch(rf"(.+)-{end}", rest))}
    return student_id in owners if owners else contains(student_id, rest)
