"""Conditions of a Condition step: their form, and their value.

Forms: https://sagemaker.readthedocs.io/en/stable/workflows/pipelines/sagemaker.workflow.pipelines.html#conditions.
Numbers compare with numbers, strings with strings (by code point), booleans only for equality.  Only the execution
finds out what cannot be compared: AWS accepts a definition that compares a string with a number, such as the one that
tests/integ/sagemaker/workflow/test_workflow.py of the SageMaker Python SDK creates.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.errors import DefinitionError, EvaluationError
from localaws.services.sagemaker.pipelines.expressions import Scope, evaluate
from localaws.services.sagemaker.pipelines.value_types import TypeOf, check_single_value

__all__ = ["check_condition", "check_operands", "holds"]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
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
    """Check that a well-formed condition compares single values; raises `DefinitionError`."""
    kind = condition["Type"]
    if kind == "Not":
        check_operands(condition["Condition"], place.member("Condition"), type_of)
        return
    if kind in ("Or", "And"):
        for index, inner in enumerate(condition["Conditions"]):
            check_operands(inner, place.member("Conditions").element(index), type_of)
        return
    if kind == "In":
        listed = place.member("Values")
        operands = [(place.member("QueryValue"), condition["QueryValue"])]
        operands += [(listed.element(index), value) for index, value in enumerate(condition["Values"])]
    else:
        operands = [(place.member(side), condition[side]) for side in _MEMBERS[kind]]
    for argument, value in operands:
        check_single_value(value, f"Condition '{kind}' in {argument} compares", argument, type_of)


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
        raise EvaluationError(
            f"Condition '{kind}' cannot compare {_typed(left)} with {_typed(right)}: "
            "compare numbers with numbers, strings with strings, and booleans only for equality."
        )
    return _COMPARISONS[kind](left, right)


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
