"""Expressions of a pipeline definition: `Get`, `Std:Join` and `Std:JsonGet`, nested anywhere in a step's arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from localaws.services.sagemaker.pipelines.errors import DefinitionError, EvaluationError
from localaws.services.sagemaker.pipelines.paths import Path, PathError, lookup, parse_path

__all__ = [
    "EXECUTION_VARIABLES",
    "Reference",
    "Scope",
    "evaluate",
    "is_expression",
    "parse_reference",
    "references",
    "text_of",
]

EXECUTION_VARIABLES = (
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "PipelineName",
    "PipelineArn",
    "StartDateTime",
    "CurrentDateTime",
)
_FUNCTIONS = {"Std:Join": {"On", "Values"}, "Std:JsonGet": {"PropertyFile", "S3Uri", "Path"}}


@dataclass(frozen=True)
class Reference:
    """What a `Get` names: a parameter, an execution variable, a step's property, or a step's property file."""

    kind: Literal["parameter", "execution", "property", "property file"]
    text: str
    name: str
    path: Path = ()


@dataclass(frozen=True)
class Scope:
    """The values that expressions can reach at run time.

    `properties(step)` is the describe response of a finished step, `property_file(step, name)` and `s3_json(uri)` are
    parsed JSON documents; all three raise `EvaluationError` when there is nothing to give.
    """

    parameters: Mapping[str, Any]
    execution: Callable[[str], str]
    properties: Callable[[str], Mapping[str, Any]]
    property_file: Callable[[str, str], Any]
    s3_json: Callable[[str], Any]


def is_expression(node: Any) -> bool:
    """Whether a JSON node is a function and not a plain object."""
    return isinstance(node, dict) and len(node) == 1 and next(iter(node)) in ("Get", *_FUNCTIONS)


def parse_reference(text: Any) -> Reference:
    """Read the text of a `Get`; raises `DefinitionError` when it is of no known form."""
    if not isinstance(text, str):
        raise DefinitionError(f"Get must be a string such as 'Parameters.Name', not {json.dumps(text)}.")
    root, _, rest = text.partition(".")
    if root == "Parameters" and rest:
        return Reference("parameter", text, rest)
    if root == "Execution":
        if rest not in EXECUTION_VARIABLES:
            raise DefinitionError(f"Unknown execution variable '{text}': there is {', '.join(EXECUTION_VARIABLES)}.")
        return Reference("execution", text, rest)
    step, _, tail = rest.partition(".")
    if root == "Steps" and step and tail:
        if tail.startswith("PropertyFiles."):
            return Reference("property file", text, step, (tail.removeprefix("PropertyFiles."),))
        try:
            return Reference("property", text, step, parse_path(tail))
        except PathError as error:
            raise DefinitionError(f"Invalid reference '{text}'. {error}") from error
    raise DefinitionError(
        f"Invalid reference '{text}': write Parameters.<name>, Steps.<step>.<property> or Execution.<variable>."
    )


def references(node: Any) -> Iterator[Reference]:
    """Every `Get` below a JSON node, checking the form of each function on the way."""
    if is_expression(node):
        ((function, argument),) = node.items()
        if function == "Get":
            yield parse_reference(argument)
            return
        _check_function(function, argument)
        if function == "Std:JsonGet":
            yield from references(argument.get("S3Uri"))
            if "PropertyFile" in argument:
                yield parse_reference(argument["PropertyFile"]["Get"])
        else:
            yield from references(argument["Values"])
    elif isinstance(node, dict):
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def evaluate(node: Any, scope: Scope) -> Any:
    """The JSON value of a node with every expression below it replaced; raises `EvaluationError`."""
    if is_expression(node):
        ((function, argument),) = node.items()
        if function == "Get":
            return _get(parse_reference(argument), scope)
        if function == "Std:Join":
            return argument.get("On", "").join(text_of(evaluate(value, scope)) for value in argument["Values"])
        return _json_get(argument, scope)
    if isinstance(node, dict):
        return {key: evaluate(value, scope) for key, value in node.items()}
    if isinstance(node, list):
        return [evaluate(value, scope) for value in node]
    return node


def text_of(value: Any) -> str:
    """A scalar as AWS writes it into a string: `true`, `100`, `0.2`, times as ISO 8601; lists and objects as JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value)


def _get(reference: Reference, scope: Scope) -> Any:
    if reference.kind == "parameter":
        return scope.parameters[reference.name]
    if reference.kind == "execution":
        return scope.execution(reference.name)
    try:
        return lookup(scope.properties(reference.name), reference.path)
    except PathError as error:
        raise EvaluationError(f"Unable to resolve '{reference.text}': {error}.") from error


def _json_get(argument: Mapping[str, Any], scope: Scope) -> Any:
    path = argument["Path"]
    if "S3Uri" in argument:
        source = text_of(evaluate(argument["S3Uri"], scope))
        document = scope.s3_json(source)
    else:
        reference = parse_reference(argument["PropertyFile"]["Get"])
        source = f"property file '{reference.path[0]}' of step '{reference.name}'"
        document = scope.property_file(reference.name, str(reference.path[0]))
    try:
        value = lookup(document, parse_path(path))
    except PathError as error:
        raise EvaluationError(f"Unable to find JSON path '{path}' in {source}: {error}.") from error
    if value is None:
        raise EvaluationError(f"The value at JSON path '{path}' in {source} is null.")
    return value


def _check_function(function: str, argument: Any) -> None:
    if not isinstance(argument, dict):
        raise DefinitionError("Expecting start of Json Object.")
    if unknown := sorted(set(argument) - _FUNCTIONS[function]):
        raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
    if function == "Std:Join":
        if not isinstance(argument.get("Values"), list) or not isinstance(argument.get("On", ""), str):
            raise DefinitionError("Std:Join needs 'Values' (a list) and may have 'On' (a string).")
        return
    if not isinstance(argument.get("Path"), str):
        raise DefinitionError("Std:JsonGet needs 'Path', a JSON path as a string.")
    try:
        parse_path(argument["Path"])
    except PathError as error:
        raise DefinitionError(f"Invalid Std:JsonGet. {error}") from error
    if ("PropertyFile" in argument) == ("S3Uri" in argument):
        raise DefinitionError("Std:JsonGet needs either 'PropertyFile' or 'S3Uri', and not both.")
    if "PropertyFile" not in argument:
        return
    file = argument["PropertyFile"]
    if not (is_expression(file) and "Get" in file):
        raise DefinitionError('The PropertyFile of Std:JsonGet must be {"Get": "Steps.<step>.PropertyFiles.<name>"}.')
    if parse_reference(file["Get"]).kind != "property file":
        raise DefinitionError(
            f"The PropertyFile of Std:JsonGet must name Steps.<step>.PropertyFiles.<name>, not '{file['Get']}'."
        )
