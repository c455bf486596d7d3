"""Responses in the shape of the API model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

__all__ = ["shape_response"]


def shape_response(shape: Shape | None, value: Any) -> Any:
    """`value` as JSON 1.1 sends it: members that the shape does not have and nulls dropped, times as epoch seconds."""
    if shape is None:
        return {}
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        members = shape.members
        return {
            name: shape_response(members[name], item)
            for name, item in value.items()
            if name in members and item is not None
        }
    if isinstance(shape, ListShape):
        return [shape_response(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: shape_response(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    return value
