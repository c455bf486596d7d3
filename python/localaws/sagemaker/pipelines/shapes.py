"""Step arguments and property paths against the official API model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.sagemaker.api_model import operation_model
from localaws.sagemaker.pipelines.errors import DefinitionError
from localaws.sagemaker.pipelines.expressions import is_expression, text_of
from localaws.sagemaker.pipelines.paths import Path

__all__ = ["check_arguments", "check_property", "input_shape", "output_shape", "to_shape"]

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
    operation: str, arguments: Mapping[str, Any], *, optional: frozenset[str], hidden: frozenset[str] = frozenset()
) -> None:
    """Check the literal parts of a step's arguments against the request of `operation`.

    `optional` are required members that the pipeline fills in itself; `hidden` are members that definitions may not
    have.  Raises `DefinitionError` in AWS's wording where it is known.
    """
    shape = input_shape(operation)
    for name in arguments:
        if name not in shape.members or name in hidden:
            raise DefinitionError(f"Unknown Argument member '{name}'.")
    for name in shape.required_members:
        if name not in optional and arguments.get(name) is None:
            raise DefinitionError(f"Model Validation failed: Missing required member '{name}'.")
    for name, value in arguments.items():
        _check(shape.members[name], name, value)


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


def check_property(operation: str, reference: str, path: Path) -> None:
    """Check that the response of `operation` can have a value at `path`; raises `DefinitionError`."""
    shape: Shape = output_shape(operation)
    for part in path:
        if isinstance(shape, ListShape):
            shape = shape.member
        elif isinstance(shape, MapShape) and isinstance(part, str):
            shape = shape.value
        elif isinstance(shape, StructureShape) and isinstance(part, str) and part in shape.members:
            shape = shape.members[part]
        else:
            known = f": there is {', '.join(shape.members)}" if isinstance(shape, StructureShape) else ""
            raise DefinitionError(f"Invalid property reference '{reference}': '{part}' is not a property{known}.")


def _check(shape: Shape, name: str, value: Any) -> None:
    if value is None or is_expression(value):
        return
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            raise DefinitionError("Expecting start of Json Object.")
        for member in value:
            if member not in shape.members:
                raise DefinitionError(f"Unknown Argument member '{member}'.")
        for member in shape.required_members:
            if value.get(member) is None:
                raise DefinitionError(f"Model Validation failed: Missing required member '{member}' of '{name}'.")
        for member, item in value.items():
            _check(shape.members[member], member, item)
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            raise DefinitionError("Expecting start of Json Object.")
        for key, item in value.items():
            _check(shape.value, f"{name}['{key}']", item)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise DefinitionError("Expecting start of Json Array.")
        _check_size(shape, name, len(value), "members")
        for item in value:
            if item is None:
                raise DefinitionError(f"Model Validation failed: '{name}' has a null member.")
            _check(shape.member, name, item)
    else:
        _check_scalar(shape, name, value)


def _check_scalar(shape: Shape, name: str, value: Any) -> None:
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            raise DefinitionError(f"Model Validation failed: Value {json.dumps(value)} for '{name}' must be a string.")
        allowed = shape.metadata.get("enum")
        if allowed and value not in allowed:
            raise DefinitionError(
                f"Model Validation failed: Value '{value}' for '{shape.name}' failed to satisfy enum value set: "
                f"[{', '.join(allowed)}]"
            )
        _check_size(shape, name, len(value), "characters")
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise DefinitionError(f"Model Validation failed: Value {json.dumps(value)} for '{name}' must be a boolean.")
    elif kind in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, _NUMBERS[kind]):
            raise DefinitionError(
                f"Model Validation failed: Value {json.dumps(value)} for '{name}' must be of type {kind}."
            )
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            raise DefinitionError(f"Model Validation failed: Value {value} for '{name}' must be from {low} to {high}.")


def _check_size(shape: Shape, name: str, size: int, unit: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        raise DefinitionError(
            f"Model Validation failed: '{name}' has {size} {unit}: it must have {low or 0} to {high}."
        )
