"""Requests checked against the API model, in AWS's wording.

Wrong JSON types are a SerializationException and end the parse at once; broken constraints are collected, as AWS does:
``2 validation errors detected: Value 'x' at 'modelName' failed to satisfy constraint: …; Value …``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from localaws.api.errors import AwsError, validation_error
from localaws.api.models import operation_model
from localaws.api.patterns import matches

__all__ = ["parse", "parse_shape"]

_PRINTED_VALUE_LIMIT = 1024
_PATTERN_EFFORT = 16
_INTEGER_BITS = {"integer": 31, "long": 63}


def parse(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The request with unknown members and nulls dropped and timestamps as aware datetimes.

    Raises SerializationException for a wrong JSON type and ValidationException with every broken constraint.
    """
    shape = operation_model(operation).input_shape
    if shape is None:
        return {}
    parsed = parse_shape(shape, request)
    assert isinstance(parsed, dict)
    return parsed


def parse_shape(shape: Shape, value: Any) -> Any:
    """`value` parsed as `shape` (see `parse`)."""
    try:
        parsed = _convert(shape, value)
    except RecursionError as error:
        raise AwsError("SerializationException", "The request is nested too deeply.") from error
    problems: list[str] = []
    _check(shape, parsed, "", problems)
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise validation_error(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
    return parsed


def _convert(shape: Shape, value: Any) -> Any:
    """`value` with the types of `shape`."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, Mapping):
            raise _wrong_type(value, shape)
        members = shape.members
        return {
            name: _convert(members[name], item) for name, item in value.items() if name in members and item is not None
        }
    if isinstance(shape, ListShape):
        if not isinstance(value, list | tuple):
            raise _wrong_type(value, shape)
        return [None if item is None else _convert(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        if not isinstance(value, Mapping):
            raise _wrong_type(value, shape)
        return {key: None if item is None else _convert(shape.value, item) for key, item in value.items()}
    return _scalar(shape, value)


def _scalar(shape: Shape, value: Any) -> Any:
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            raise _wrong_type(value, shape)
        # A lone surrogate, which JSON can escape and no text can hold.
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise AwsError("SerializationException", "The request has a string that is not valid Unicode.")
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise _wrong_type(value, shape)
    elif kind in _INTEGER_BITS:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole or abs(value) >= 2 ** _INTEGER_BITS[kind]:
            raise _wrong_type(value, shape)
        return int(value)
    elif kind in ("float", "double"):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise _wrong_type(value, shape)
        return float(value)
    elif kind == "timestamp":
        return _timestamp(shape, value)
    return value


def _timestamp(shape: Shape, value: Any) -> datetime:
    """Epoch seconds as JSON clients send them; a datetime is what calls inside the stack hold."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_type(value, shape)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _wrong_type(value, shape) from error


def _wrong_type(value: Any, shape: Shape) -> AwsError:
    if isinstance(value, Mapping):
        message = "Start of structure or map found where not expected."
    elif isinstance(value, list | tuple):
        message = "Start of list found where not expected"
    elif isinstance(shape, StructureShape | ListShape | MapShape):
        message = "Unexpected field type"
    else:
        found = (
            f"{str(value).upper()}_VALUE"
            if isinstance(value, bool)
            else "STRING_VALUE"
            if isinstance(value, str)
            else "NUMBER_VALUE"
        )
        wanted = shape.type_name.capitalize()
        message = f"{found} can not be converted to {'an' if wanted[0] in 'AEIOU' else 'a'} {wanted}"
    return AwsError("SerializationException", message)


def _check(shape: Shape, value: Any, path: str, problems: list[str]) -> None:
    problems += [
        _problem(value, path, text, shape) for text, limit in _constraints(shape) if not _holds(shape, limit, value)
    ]
    if isinstance(shape, StructureShape):
        _check_structure(shape, value, path, problems)
    elif isinstance(shape, ListShape):
        _check_elements(
            shape.member, dict(enumerate(value, 1)), value, path, "Member must satisfy constraint", problems
        )
    elif isinstance(shape, MapShape):
        keys = dict(zip(value, value, strict=True))
        _check_elements(shape.key, keys, value, path, "Map keys must satisfy constraint", problems)
        _check_elements(shape.value, value, value, path, "Map value must satisfy constraint", problems)


def _check_structure(shape: StructureShape, value: dict[str, Any], path: str, problems: list[str]) -> None:
    for name in shape.required_members:
        if name not in value:
            problems.append(_problem(None, _join(path, name), "Member must not be null"))
    if shape.metadata.get("union") and len(value) != 1:
        problems.append(_problem(value, path, "Member must have exactly one of its members set", shape))
    for name, item in value.items():
        _check(shape.members[name], item, _join(path, name), problems)


def _check_elements(
    shape: Shape, elements: Mapping[Any, Any], whole: Any, path: str, wording: str, problems: list[str]
) -> None:
    """Elements of a list, or keys or values of a map.

    AWS reports scalars once, for the whole collection with all constraints of an element, and nested shapes each at
    their own path (`tags.1.member.key`).
    """
    if isinstance(shape, StructureShape | ListShape | MapShape):
        for label, item in elements.items():
            place = f"{path}.{label}.member"
            if item is None:
                problems.append(_problem(None, place, "Member must not be null"))
            else:
                _check(shape, item, place, problems)
        return
    constraints = _constraints(shape)
    if any(
        item is None or not all(_holds(shape, limit, item) for _, limit in constraints) for item in elements.values()
    ):
        listed = ", ".join([*(text for text, _ in constraints), "Member must not be null"])
        problems.append(_problem(whole, path, f"{wording}: [{listed}]"))


def _constraints(shape: Shape) -> list[tuple[str, tuple[str, Any]]]:
    """AWS's wording of each constraint of the shape, with its kind and the limit it states."""
    found: list[tuple[str, tuple[str, Any]]] = []
    limits = shape.metadata
    noun = "value" if shape.type_name in ("integer", "long", "float", "double") else "length"
    if "max" in limits:
        found.append((f"Member must have {noun} less than or equal to {limits['max']}", ("max", limits["max"])))
    if "min" in limits:
        found.append((f"Member must have {noun} greater than or equal to {limits['min']}", ("min", limits["min"])))
    if "pattern" in limits:
        pattern = limits["pattern"]
        found.append((f"Member must satisfy regular expression pattern: {pattern}", ("pattern", pattern)))
    if isinstance(shape, StringShape) and shape.enum:
        found.append((f"Member must satisfy enum value set: [{', '.join(shape.enum)}]", ("enum", shape.enum)))
    return found


def _holds(shape: Shape, constraint: tuple[str, Any], value: Any) -> bool:
    kind, limit = constraint
    if kind == "pattern":
        # The length says enough about a text that is far too long; patterns of several `.*` would take minutes on it.
        longest = shape.metadata.get("max")
        return (longest is not None and len(value) > _PATTERN_EFFORT * longest) or matches(limit, value)
    if kind == "enum":
        return value in limit
    size = value if isinstance(value, int | float) else len(value)
    return bool(size <= limit if kind == "max" else size >= limit)


def _join(path: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{path}.{name}" if path else name


def _problem(value: Any, path: str, constraint: str, shape: Shape | None = None) -> str:
    shown = "null " if value is None else f"'{_shown(value)}' "
    # AWS does not repeat the value of a sensitive shape.
    secret = shape is not None and shape.metadata.get("sensitive")
    return f"Value {'' if secret else shown}at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _PRINTED_VALUE_LIMIT else text[:_PRINTED_VALUE_LIMIT] + "…"
