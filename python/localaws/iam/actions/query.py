"""Reads the form of a query-protocol call (`Name.member.1`, `Name.1`, `Name.entry.1.key`) into its parameters.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.api.query import is_number

__all__ = ["read_form"]

_MAX_DEPTH = 32
_NOT_PARAMETERS = ("Action", "Version")
# How lists and maps that are not flattened name their entries.
_LISTS = ("member", "entry")
_KEYS = (("key", "value"), ("Name", "Value"), ("Key", "Value"))
Tree = dict[str, Any]


def read_form(form: Mapping[str, str]) -> dict[str, Any]:
    """The parameters; values that contradict each other (`A` and `A.1`) leave the text that came last."""
    tree: Tree = {}
    for name, value in form.items():
        parts = name.split(".", _MAX_DEPTH)
        if parts[0] in _NOT_PARAMETERS or len(parts) > _MAX_DEPTH:
            continue
        node = tree
        for part in parts[:-1]:
            child = node.get(part)
            if not isinstance(child, dict):
                child = node[part] = {}
            node = child
        node[parts[-1]] = value
    return {name: _value(child) for name, child in tree.items()}


def _value(node: Tree | str) -> Any:
    if isinstance(node, str):
        return node
    if len(node) == 1 and (name := next(iter(node))) in _LISTS and isinstance(node[name], dict):
        return _value(node[name])
    if node and all(map(is_number, node)):
        return _entries([_value(node[name]) for name in sorted(node, key=int)])
    return {name: _value(child) for name, child in node.items()}


def _entries(items: list[Any]) -> Any:
    """A list, or the map that a list of `key` and `value` stands for."""
    if all(isinstance(item, dict) and item.keys() <= {"key", "value"} and _is_text(item.get("key")) for item in items):
        return {item["key"]: item.get("value", "") for item in items}
    return items


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
