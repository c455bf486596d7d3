"""Checks a plain request against botocore's model of SageMaker: stricter than botocore's own client, as AWS is."""

import re
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape

# The console's classes in a pattern that `re` does not know, for the ASCII text that this project writes.
_CLASSES = {r"\p{L}": "A-Za-z", r"\p{N}": "0-9", r"\p{Z}": " ", r"${1,128}": "", r"${1,256}": ""}


def service_model() -> ServiceModel:
    """SageMaker's API model as botocore ships it."""
    return botocore.session.get_session().get_service_model("sagemaker")


def problems(shape: Shape, value: Any, path: str = "") -> list[str]:
    """What AWS would refuse in `value`, a line for each member: type, unknown, missing, enum, pattern, range."""
    if shape.type_name == "structure":
        return _structure(shape, value, path)
    if shape.type_name == "list":
        if not isinstance(value, list):
            return [f"{path} is not a list"]
        inner = [line for index, item in enumerate(value) for line in problems(shape.member, item, f"{path}[{index}]")]
        return inner + _size(shape, len(value), path)
    if shape.type_name == "map":
        if not isinstance(value, dict):
            return [f"{path} is not a map"]
        keys = [line for key in value for line in problems(shape.key, key, f"{path} key {key}")]
        inner = [line for key, item in value.items() for line in problems(shape.value, item, f"{path}.{key}")]
        return keys + inner + _size(shape, len(value), path)
    return _scalar(shape, value, path)


def _structure(shape: Shape, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path} is not a structure"]
    lines = [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
    for name, item in value.items():
        if name not in shape.members:
            lines.append(f"{path}.{name} is not a member of {shape.name}")
        else:
            lines += problems(shape.members[name], item, f"{path}.{name}")
    return lines


def _scalar(shape: Shape, value: Any, path: str) -> list[str]:
    if shape.type_name == "boolean":
        return [] if isinstance(value, bool) else [f"{path} is not a boolean"]
    if shape.type_name in ("integer", "long"):
        if isinstance(value, bool) or not isinstance(value, int):
            return [f"{path} = {value!r} is not an integer"]
        return _size(shape, value, path)
    if shape.type_name != "string":
        return [f"{path} has the type {shape.type_name}, which no request here uses"]
    if not isinstance(value, str):
        return [f"{path} = {value!r} is not a string"]
    lines = _size(shape, len(value), path)
    if shape.enum and value not in shape.enum:
        lines.append(f"{path} = {value!r} is none of {shape.enum}")
    pattern = shape.metadata.get("pattern", ".*")
    for written, known in _CLASSES.items():
        pattern = pattern.replace(written, known)
    if not re.fullmatch(pattern, value, re.DOTALL):
        lines.append(f"{path} = {value!r} does not match {shape.metadata['pattern']}")
    return lines


def _size(shape: Shape, size: int, path: str) -> list[str]:
    low, high = shape.metadata.get("min", size), shape.metadata.get("max", size)
    return [] if low <= size <= high else [f"{path}: {size} is not between {low} and {high}"]
