"""Static types: what an expression of a definition gives, and which arguments take it.

SageMaker compares types when a pipeline is created, and reads an expression only where a single value stands: a list,
a map or a structure is written out, and its members may be expressions.  A number or boolean becomes a string by
Std:Join, which is what the SDK's `to_string()` writes.
Sources: issues 2345, 2631 and 4867 of https://github.com/aws/sagemaker-python-sdk.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.model import Shape

from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.errors import DefinitionError, ReferenceTypeError
from localaws.services.sagemaker.pipelines.expressions import is_expression

__all__ = ["TypeOf", "check_assignable", "check_single_value", "type_of_shape"]

# The type of an expression's value; None where only the execution shows it (Std:JsonGet).
TypeOf = Callable[[Any], str | None]

PRIMITIVES = ("String", "Integer", "Float", "Boolean")
_SHAPES = {
    "integer": "Integer",
    "long": "Integer",
    "float": "Float",
    "double": "Float",
    "boolean": "Boolean",
    "timestamp": "Timestamp",
    "list": "List",
    "map": "Map",
    "structure": "Structure",
}
_EXPECTED_JSON = {"List": "start of Json Array", "Map": "start of Json Object", "Structure": "start of Json Object"}


def type_of_shape(shape: Shape) -> str:
    """The type of values of a shape of the API model."""
    return _SHAPES.get(shape.type_name, "String")


def _type_of_literal(value: Any) -> str:
    """The type of a JSON value that is no expression."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, float):
        return "Float"
    if isinstance(value, str):
        return "String"
    return "null" if value is None else "List" if isinstance(value, list) else "Structure"


def check_assignable(expression: Any, expected: str, argument: Argument, type_of: TypeOf) -> None:
    """Check an expression, and those inside it, against the type that its argument has; raises `DefinitionError`."""
    _check_inner(expression, argument, type_of)
    given, shown = type_of(expression), _shown(expression)
    if expected in _EXPECTED_JSON:
        typed = f"{shown} ({given})" if given else shown
        raise DefinitionError(
            f"Expecting {_EXPECTED_JSON[expected]}. {argument} must be of type {expected}, and {typed} stands for one "
            f"value: write the {expected} out; its members may be references."
        )
    if given in (None, expected) or (given, expected) == ("Integer", "Float"):
        return
    kind = "property reference" if "Get" in expression else "function"
    raise ReferenceTypeError(
        f"Cannot assign {kind} [{shown}] to argument of type [{expected}]. {argument} must be of type {expected}, and "
        f"{shown} is of type {given}: {_remedy(given, expected)}."
    )


def _check_inner(expression: Any, argument: Argument, type_of: TypeOf) -> None:
    """Check the expressions inside a function: Std:Join takes single values, the S3Uri of Std:JsonGet is a String."""
    ((function, inner),) = expression.items()
    if function == "Std:JsonGet" and "S3Uri" in inner:
        if is_expression(inner["S3Uri"]):
            check_assignable(inner["S3Uri"], "String", argument.member("Std:JsonGet").member("S3Uri"), type_of)
        elif not isinstance(inner["S3Uri"], str):
            shown = json.dumps(inner["S3Uri"])[:60]
            raise DefinitionError(f"The S3Uri of Std:JsonGet in {argument} is {shown}: it must be a string.")
    if function != "Std:Join":
        return
    for value in inner["Values"]:
        check_single_value(value, f"The Std:Join in {argument} joins", argument, type_of)


def check_single_value(value: Any, user: str, argument: Argument, type_of: TypeOf) -> None:
    """Check one of the values that a function joins, or that a condition compares; raises `DefinitionError`.

    `user` begins the message, such as "The Std:Join in 'Environment['A']' of step 'X' joins".
    """
    if not is_expression(value):
        if _type_of_literal(value) not in PRIMITIVES:
            shown = json.dumps(value)[:60]
            raise DefinitionError(f"{user} strings, numbers, booleans and references: {shown} is none of them.")
        return
    _check_inner(value, argument, type_of)
    given, shown = type_of(value), _shown(value)
    if given not in (None, *PRIMITIVES, "Timestamp"):
        raise ReferenceTypeError(
            f"Cannot assign property reference [{shown}] to argument of type [String]. {user} single values, and "
            f"{shown} is of type {given}: {_remedy(given, 'String')}."
        )


def _shown(expression: Any) -> str:
    """The text of a reference, or the name of a function."""
    ((function, inner),) = expression.items()
    return str(inner) if function == "Get" else str(function)


def _remedy(given: str | None, expected: str) -> str:
    if given not in (*PRIMITIVES, "Timestamp"):
        return "refer to one of its members"
    if expected == "String":
        return 'use a String, or convert it by {"Std:Join": {"On": "", "Values": [...]}} (to_string() in the SDK)'
    return f"use a value of type {expected}"
