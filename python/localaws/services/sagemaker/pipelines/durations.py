"""ISO 8601 durations, as CacheConfig.ExpireAfter takes them: `P30D`, `PT1H`, and also `30d`, `T16m`, `30dT5h`.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching-enabling.html.
"""

from __future__ import annotations

import re
from datetime import timedelta

from localaws.services.sagemaker.pipelines.errors import DefinitionError

__all__ = ["parse_duration"]

_DURATION = re.compile(
    r"p?(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?(?:t(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?", re.IGNORECASE
)


def parse_duration(text: str) -> timedelta:
    """The length of a duration (a month is 30 days and a year 365); raises `DefinitionError`."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise DefinitionError(f"ExpireAfter '{text}' is not an ISO 8601 duration: write for example P30D or PT1H.")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=365 * years + 30 * months + 7 * weeks + days, hours=hours, minutes=minutes, seconds=seconds)
