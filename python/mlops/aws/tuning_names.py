"""Names of tuning jobs: 32 characters, with the whole student id in them."""

from __future__ import annotations

import string
from datetime import UTC, datetime

__all__ = ["LIMIT", "STEMS", "base36", "job_name"]

LIMIT = 32
_DIGITS = string.digits + string.ascii_lowercase
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
STEMS = ("xgboost-tuning", "xgb-tuning", "tuning", "tune", "t")


def job_name(student_id: str, now: datetime, attempt: int = 0) -> str:
    """``xgboost-tuning-{student_id}-{timestamp}`` where that fits, else with a shorter first word.

    The timestamp is yymmddHHMMSS where there is room for it; otherwise, and for a second attempt at a name that was
    taken, it is the milliseconds since 2020 to base 36, eight characters, which two callers rarely share.
    """
    stamps = [base36(int((now - _EPOCH).total_seconds() * 1000) + attempt)]
    if attempt == 0:
        stamps.insert(0, now.strftime("%y%m%d%H%M%S"))
    for stem in STEMS:
        for stamp in stamps:
            name = f"{stem}-{student_id}-{stamp}"
            if len(name) <= LIMIT:
                return name
    raise ValueError(f"{student_id!r} is longer than a student id can be")


def base36(number: int) -> str:
    """The number to base 36, in eight characters or more."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(8, "0")
