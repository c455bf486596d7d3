"""In what the images differ, by their tags."""

from __future__ import annotations

import re

__all__ = ["numbers_libsvm_from_one", "writes_lines"]

_LINES_SINCE, _FROM_ONE_SINCE = (1, 2, 2), (3, 2)


def _version(tag: str) -> tuple[int, ...]:
    """(1, 7, 1) of "1.7-1-cpu-py3"; empty for a tag without a version, which counts as the newest."""
    found = re.match(r"(\d+)\.(\d+)(?:-(\d+))?", tag)
    return tuple(int(number or 0) for number in found.groups()) if found else ()


def writes_lines(tag: str) -> bool:
    """Whether CSV answers have a score a line, not all scores on one."""
    version = _version(tag)
    return not version or version >= _LINES_SINCE


def numbers_libsvm_from_one(tag: str) -> bool:
    """Whether LIBSVM indices that all start at 1 are taken for ones that start at 0."""
    version = _version(tag)
    return not version or version >= _FROM_ONE_SINCE
