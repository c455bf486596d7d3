"""Step arguments and property paths against the official API model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.api.models import operation_model
from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.expressions import is_expression, text_of
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.value_types import type_of_shape

__all__ = ["check_arguments", "expressions_in", "input_shape", "output_shape", "property_type", "to_shape"]

_NUMBERS: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


def input_shape(operation: str) -> StructureShape:
    """The request shape of an operation."""
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def output_shape(operation: str) -> StructureShape:
    """The response shape of an operation."""
    shape = operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)
    return shape


def check_arguments(
    operation: str,
    step: str,
    arguments: Mapping[str, Any],
    *,
    optional: frozenset[str],
    hidden: frozenset[str] = frozenset(),
) -> None:
    """Check the literal parts of a step's arguments against the request of `operation`.

    `optional` are required members that the pipeline fills in itself; `hidden` are members that definitions may not
    have.  Raises `DefinitionError` in AWS's wording where it is known.
    """
    shape, place = input_shape(operation), Argument(step)
    for name in arguments:
        if name not in shape.members or name in hidden:
            raise _unknown(name, place)
    for name in shape.required_members:
        if name not in optional and arguments.get(name) is None:
            raise _missing(name, place)
    for name, value in arguments.items():
        _check(shape.members[name], place.member(name), value)


def expressions_in(shape: Shape, place: Argument, value: Any) -> Iterator[tuple[Argument, str, Any]]:
    """The outermost expressions in checked arguments: the place of each, the type that it must have, and its JSON."""
    if is_expression(value):
        yield place, type_of_shape(shape), value
    elif isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, item in value.items():
            yield from expressions_in(shape.members[name], place.member(name), item)
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from expressions_in(shape.value, place.entry(key), item)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from expressions_in(shape.member, place.element(index), item)


def to_shape(shape: Shape, value: Any) -> Any:
    """`value` without nulls, and with scalars turned into text where the API wants a string."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            key: to_shape(shape.members[key], item) if key in shape.members else item
            for key, item in value.items()
            if item is not None
        }
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: to_shape(shape.value, item) for key, item in value.items() if item is not None}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [to_shape(shape.member, item) for item in value if item is not None]
    if shape.type_name == "string" and isinstance(value, bool | int | float):
        return text_of(value)
    return value


def property_type(operation: str, reference: str, path: Path) -> str:
    """The type of the value at `path` of the response of `operation`; raises `DefinitionError` where there is none."""
    shape: Shape = output_shape(operation)
    for part in path:
        if isinstance(shape, ListShape) and (isinstance(part, int) or isinstance(shape.member, StructureShape)):
            shape = shape.member
        elif isinstance(shape, MapShape) and isinstance(part, str):
            shape = shape.value
        elif isinstance(shape, StructureShape) and isinstance(part, str) and part in shape.members:
            shape = shape.members[part]
        else:
            known = f": there is {', '.join(shape.members)}" if isinstance(shape, StructureShape) else ""
            raise DefinitionError(f"Invalid property reference '{reference}': '{part}' is not a property{known}.")
    return type_of_shape(shape)


def _check(shape: Shape, place: Argument, value: Any) -> None:
    if value is None or is_expression(value):
        return
    if isinstance(shape, StructureShape):
        for member in _need(value, dict, place):
            if member not in shape.members:
                raise _unknown(member, place)
        for member in shape.required_members:
            if value.get(member) is None:
                raise _missing(member, place)
        for member, item in value.items():
            _check(shape.members[member], place.member(member), item)
    elif isinstance(shape, MapShape):
        for key, item in _need(value, dict, place).items():
            _check(shape.value, place.entry(key), item)
    elif isinstance(shape, ListShape):
        _check_size(shape, place, len(_need(value, list, place)), "members")
        for index, item in enumerate(value):
            if item is None:
                raise _invalid(f"{place.element(index)} is null: leave it out.")
            _check(shape.member, place.element(index), item)
    else:
        _check_scalar(shape, place, value)


def _check_scalar(shape: Shape, place: Argument, value: Any) -> None:
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            raise _invalid(f"Value {json.dumps(value)} for {place} must be a string.")
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            raise _invalid(
                f"Value '{value}' for '{shape.name}' failed to satisfy enum value set: [{', '.join(allowed)}]. "
                f"See {place}."
            )
        _check_size(shape, place, len(value), "characters")
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise _invalid(f"Value {json.dumps(value)} for {place} must be a boolean.")
    elif kind in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, _NUMBERS[kind]):
            raise _invalid(f"Value {json.dumps(value)} for {place} must be of type {kind}.")
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            raise _invalid(f"Value {value} for {place} must be from {low} to {high}.")


def _check_size(shape: Shape, place: Argument, size: int, unit: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        raise _invalid(f"{place} has {size} {unit}: it must have {low or 0} to {high}.")


def _need(value: Any, kind: type, place: Argument) -> Any:
    if not isinstance(value, kind):
        name = "Array" if kind is list else "Object"
        raise DefinitionError(f"Expecting start of Json {name}. {place} is {json.dumps(value)[:60]}.")
    return value


def _unknown(member: str, place: Argument) -> DefinitionError:
    return DefinitionError(f"Unknown Argument member '{member}'. It stands in {place}.")


def _missing(member: str, place: Argument) -> DefinitionError:
    return _invalid(f"Missing required member '{member}' of {place}.")


def _invalid(words: str) -> DefinitionError:
    return DefinitionError(f"Model Validation failed: {words}")
