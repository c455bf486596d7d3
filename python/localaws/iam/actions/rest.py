"""Finds the operation of a REST request by its method and path, and reads its parameters.

https://smithy.io/2.0/spec/http-bindings.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel

__all__ = ["read_rest"]

_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True)
class _Route:
    """`members`: where and wire name → name of the parameter, and whether it is a list; `body`: what comes in JSON."""

    operation: str
    path: re.Pattern[str]
    literal: int
    members: Mapping[tuple[str, str], tuple[str, bool]]
    body: Mapping[str, str]


def read_rest(
    models: tuple[str, ...], method: str, raw_path: str, query: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    """The operation, empty where there is none at the path, and its parameters."""
    path = raw_path.rstrip("/")
    for route in _routes(models).get(method, ()):
        if found := route.path.fullmatch(path):
            return route.operation, _parameters(route, found.groupdict(), query, headers, body)
    return "", {}


def _parameters(
    route: _Route, labels: Mapping[str, str], query: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if route.body and isinstance(content := _json(body), dict):
        parameters |= {route.body[name]: value for name, value in content.items() if name in route.body}
    pairs = parse_qs(query, keep_blank_values=True)
    for (where, name), (member, many) in route.members.items():
        if where == "uri" and name in labels:
            parameters[member] = unquote(labels[name])
        elif where == "querystring" and name in pairs:
            parameters[member] = pairs[name] if many else pairs[name][0]
        elif where == "header" and name in headers:
            parameters[member] = headers[name]
    return parameters


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


@cache
def _routes(models: tuple[str, ...]) -> Mapping[str, list[_Route]]:
    """The routes of each method, those with more literal text first."""
    found: dict[str, list[_Route]] = {}
    for name in models:
        model = ServiceModel(Loader().load_service_model(name, "service-2"), name)
        for operation in model.operation_names:
            shape = model.operation_model(operation)
            found.setdefault(shape.http["method"], []).append(_route(operation, shape))
    return {method: sorted(routes, key=lambda route: -route.literal) for method, routes in found.items()}


def _route(operation: str, model: Any) -> _Route:
    uri = model.http["requestUri"].partition("?")[0].rstrip("/")
    pattern, end = "", 0
    for label in _LABEL.finditer(uri):
        pattern += re.escape(uri[end : label.start()]) + f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})"
        end = label.end()
    members: dict[tuple[str, str], tuple[str, bool]] = {}
    body: dict[str, str] = {}
    shape = model.input_shape
    payload = shape.serialization.get("payload") if shape else None
    for member, each in shape.members.items() if shape else ():
        wire = each.serialization.get("name", member)
        where = each.serialization.get("location")
        if where in ("uri", "querystring"):
            members[where, wire] = (member, each.type_name == "list")
        elif where == "header":
            members[where, wire.title()] = (member, False)
        elif where is None and payload is None:
            body[wire] = member
    literal = len(_LABEL.sub("", uri))
    return _Route(operation, re.compile(pattern + re.escape(uri[end:])), literal, members, body)
