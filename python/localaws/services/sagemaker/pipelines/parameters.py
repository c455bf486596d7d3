"""Pipeline parameters: what a definition declares, and the values of one execution (strings on the wire)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localaws.api.errors import validation_error
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.expressions import text_of

__all__ = ["Parameter", "ParameterValue", "on_the_wire", "parse_parameters", "values_for_execution"]

ParameterValue = str | int | float | bool

_TYPES: dict[str, tuple[type, ...]] = {"String": (str,), "Integer": (int,), "Float": (int, float), "Boolean": (bool,)}
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_MEMBERS = {"Name", "Type", "DefaultValue", "EnumValues", "Description"}
_FORMS = {
    "Integer": re.compile(r"[+-]?[0-9]+"),
    "Float": re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"),
    "Boolean": re.compile(r"true|false", re.IGNORECASE),
}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; `default` is None when an execution must give a value."""

    name: str
    type: str
    default: ParameterValue | None
    enum_values: tuple[ParameterValue, ...] = ()


def parse_parameters(listed: Any) -> dict[str, Parameter]:
    """The parameters of a definition by name; raises `DefinitionError`."""
    if not isinstance(listed, list):
        raise DefinitionError("Expecting start of Json Array.")
    parameters: dict[str, Parameter] = {}
    for item in listed:
        parameter = _parse(item)
        if parameter.name in parameters:
            raise DefinitionError(f"Duplicate parameter name '{parameter.name}': parameter names must be unique.")
        parameters[parameter.name] = parameter
    return parameters


def values_for_execution(
    declared: Mapping[str, Parameter], given: Iterable[Mapping[str, str]]
) -> dict[str, ParameterValue]:
    """The typed value of every declared parameter, from the request's [{"Name", "Value"}] and the defaults.

    Raises ValidationException naming the parameter that is unknown, given twice, missing, of a wrong type, or not one
    of its EnumValues.
    """
    values: dict[str, ParameterValue] = {}
    for item in given:
        name, text = item["Name"], item["Value"]
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise validation_error(f"Parameter '{name}' is not defined in the pipeline. Defined parameters: {known}.")
        if name in values:
            raise validation_error(f"Parameter '{name}' is given more than once.")
        parameter = declared[name]
        value = _from_wire(parameter, text)
        if parameter.enum_values and value not in parameter.enum_values:
            allowed = ", ".join(map(text_of, parameter.enum_values))
            raise validation_error(
                f"Parameter '{name}' has value '{text}', which is not one of its EnumValues: {allowed}."
            )
        values[name] = value
    for name, parameter in declared.items():
        if name not in values:
            if parameter.default is None:
                raise validation_error(f"Parameter '{name}' has no default value: give one in PipelineParameters.")
            values[name] = parameter.default
    return {name: values[name] for name in declared}


def on_the_wire(values: Mapping[str, ParameterValue]) -> list[dict[str, str]]:
    """The API's shape of parameter values."""
    return [{"Name": name, "Value": text_of(value)} for name, value in values.items()]


def _from_wire(parameter: Parameter, text: str) -> ParameterValue:
    form = _FORMS.get(parameter.type)
    if form and not (form.fullmatch(text) and (parameter.type != "Float" or math.isfinite(float(text)))):
        raise validation_error(
            f"Parameter '{parameter.name}' is of type {parameter.type}; '{text}' is not a valid value."
        )
    if parameter.type == "Integer":
        return int(text)
    if parameter.type == "Float":
        return float(text)
    return text.lower() == "true" if parameter.type == "Boolean" else text


def _parse(item: Any) -> Parameter:
    if not isinstance(item, dict):
        raise DefinitionError("Expecting start of Json Object.")
    name, kind = item.get("Name"), item.get("Type", "String")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DefinitionError(f"Invalid parameter name {json.dumps(name)}: it must match [A-Za-z0-9-_]{{1,64}}.")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise DefinitionError(f"Parameter '{name}' has unknown type '{kind}': there is {', '.join(_TYPES)}.")
    if unknown := sorted(set(item) - _MEMBERS):
        raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
    default = item.get("DefaultValue")
    allowed = item.get("EnumValues") or []
    if not isinstance(allowed, list):
        raise DefinitionError("Expecting start of Json Array.")
    for value in [*allowed, *([] if default is None else [default])]:
        if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "Boolean"):
            raise DefinitionError(f"Parameter '{name}' is of type {kind}; {json.dumps(value)} is not a valid value.")
    if allowed and default is not None and default not in allowed:
        raise DefinitionError(
            f"The default value {json.dumps(default)} of parameter '{name}' is not one of its EnumValues."
        )
    if kind == "Float":
        default = None if default is None else float(default)
    return Parameter(name, kind, default, tuple(allowed))
