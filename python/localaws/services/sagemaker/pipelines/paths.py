"""Paths into JSON: the tails of `Get` references and the `Path` of `Std:JsonGet`.

Both use the JsonPath notation that the guide shows (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-propertyfile.html):
`a.b`, `Outputs['train'].S3Output`, `Output[1]`, with or without a leading `$`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

__all__ = ["Path", "PathError", "lookup", "parse_path"]

# A name selects a member of an object; a number selects an element of a list.
Path = tuple[str | int, ...]

_TOKEN = re.compile(r"""\.?([^.\[\]'"]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]""")
# A list that describes named things may be read as a map: Outputs['train'], FinalMetricDataList['validation:auc'].
_NAME_MEMBERS = ("OutputName", "InputName", "ChannelName", "MetricName", "VariantName", "Name")


class PathError(ValueError):
    """A path that cannot be read, or that leads nowhere in the document."""


def parse_path(text: str) -> Path:
    """Split a path into its members and indexes; raises `PathError` when the notation is not understood."""
    rest = text.removeprefix("$")
    path: list[str | int] = []
    position = 0
    while position < len(rest):
        token = _TOKEN.match(rest, position)
        if token is None or (position and token.group(1) and rest[position] != "."):
            raise PathError(f"Cannot read path '{text}' at '{rest[position:]}': write it as a.b, a['b'] or a[0].")
        name, index, single, double = token.groups()
        path.append(
            int(index) if index is not None else next(part for part in (name, single, double) if part is not None)
        )
        position = token.end()
    if not path:
        raise PathError("A path must name at least one member.")
    return tuple(path)


def lookup(document: Any, path: Sequence[str | int]) -> Any:
    """The value at `path`; raises `PathError` naming the first part that is missing."""
    value = document
    for part in path:
        value = _step(value, part)
    return value


def _step(value: Any, part: str | int) -> Any:
    if isinstance(part, int):
        if isinstance(value, list) and part < len(value):
            return value[part]
        raise PathError(f"there is no element [{part}]")
    if isinstance(value, dict):
        if part in value:
            return value[part]
        raise PathError(f"there is no '{part}' (there is: {', '.join(sorted(map(str, value))) or 'nothing'})")
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and part in (item.get(name) for name in _NAME_MEMBERS):
                return item
        raise PathError(f"no element is named '{part}'")
    raise PathError(f"'{part}' is asked of a {type(value).__name__}")
