"""Conditions of a Condition step: their form, and their value.

Forms: https://sagemaker.readthedocs.io/en/stable/workflows/pipelines/sagemaker.workflow.pipelines.html#conditions.
Numbers compare with numbers, strings with strings (by code point), booleans only for equality.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from localaws.sagemaker.pipelines.arguments import Argument
from localaws.sagemaker.pipelines.errors import DefinitionError, EvaluationError
from localaws.sagemaker.pipelines.expressions import Scope, evaluate, is_expression
from localaws.sagemaker.pipelines.value_types import TypeOf, check_inner, type_of_literal

__all__ = ["check_condition", "check_operands", "holds"]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_COMPARED_AS = {"Integer": "number", "Float": "number", "String": "string", "Boolean": "boolean"}
_RULE = "compare numbers with numbers, strings with strings, and booleans only for equality."
_MEMBERS = {
    **dict.fromkeys(_COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Condition",),
    "Or": ("Conditions",),
    "And": ("Conditions",),
}


def check_condition(condition: Any) -> None:
    """Check the form of one condition of a definition; raises `DefinitionError`."""
    if not isinstance(condition, dict):
        raise DefinitionError("Expecting start of Json Object.")
    kind = condition.get("Type")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise DefinitionError(f"Unknown condition type '{kind}': there is {', '.join(_MEMBERS)}.")
    members = _MEMBERS[kind]
    if unknown := sorted(set(condition) - {"Type", *members}):
        raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
    if missing := [member for member in members if member not in condition]:
        raise DefinitionError(f"Condition of type '{kind}' is missing '{missing[0]}'.")
    if kind in ("Or", "And", "In"):
        listed = condition[members[-1]]
        if not isinstance(listed, list):
            raise DefinitionError("Expecting start of Json Array.")
        if kind != "In":
            for inner in listed:
                check_condition(inner)
    elif kind == "Not":
        check_condition(condition["Condition"])


def check_operands(condition: Mapping[str, Any], place: Argument, type_of: TypeOf) -> None:
    """Check that a well-formed condition compares what can be compared, as far as the types are known before it runs.

    Raises `DefinitionError`.
    """
    kind = condition["Type"]
    if kind == "Not":
        check_operands(condition["Condition"], place.member("Condition"), type_of)
    elif kind in ("Or", "And"):
        for index, inner in enumerate(condition["Conditions"]):
            check_operands(inner, place.member("Conditions").element(index), type_of)
    elif kind == "In":
        query = _operand(condition["QueryValue"], place.member("QueryValue"), type_of)
        values = [
            _operand(value, place.member("Values").element(index), type_of)
            for index, value in enumerate(condition["Values"])
        ]
        if values and not any(_comparable(query, value, kind) for value in values):
            raise _cannot_compare(kind, place, query, values[0])
    else:
        left, right = (_operand(condition[side], place.member(side), type_of) for side in _MEMBERS[kind])
        if not _comparable(left, right, kind):
            raise _cannot_compare(kind, place, left, right)


def holds(condition: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a condition is true in this execution; raises `EvaluationError` for values that cannot be compared."""
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition["Condition"], scope)
    if kind == "Or":
        return any(holds(inner, scope) for inner in condition["Conditions"])
    if kind == "And":
        return all(holds(inner, scope) for inner in condition["Conditions"])
    if kind == "In":
        query = evaluate(condition["QueryValue"], scope)
        return any(_same_kind(query, value) and query == value for value in evaluate(condition["Values"], scope))
    left, right = evaluate(condition["LeftValue"], scope), evaluate(condition["RightValue"], scope)
    ordered_booleans = isinstance(left, bool) and kind != "Equals"
    if not _same_kind(left, right) or ordered_booleans:
        raise EvaluationError(f"Condition '{kind}' cannot compare {_typed(left)} with {_typed(right)}: {_RULE}")
    return _COMPARISONS[kind](left, right)


def _operand(node: Any, place: Argument, type_of: TypeOf) -> str | None:
    if not is_expression(node):
        return type_of_literal(node)
    check_inner(node, place, type_of)
    return type_of(node)


def _comparable(left: str | None, right: str | None, kind: str) -> bool:
    sides = {_COMPARED_AS.get(side, "") for side in (left, right) if side}
    ordered = kind not in ("Equals", "In")
    return len(sides) < 2 and "" not in sides and not (ordered and "boolean" in sides)


def _cannot_compare(kind: str, place: Argument, left: str | None, right: str | None) -> DefinitionError:
    compared = f"{left or 'a JSON value'} with {right or 'a JSON value'}"
    return DefinitionError(f"Condition '{kind}' in {place} cannot compare {compared}: {_RULE}")


def _same_kind(left: Any, right: Any) -> bool:
    return _kind(left) is not None and _kind(left) == _kind(right)


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else None


def _typed(value: Any) -> str:
    return f"{_kind(value) or type(value).__name__} '{value}'"
