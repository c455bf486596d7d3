"""What AWS checks between the parts of a definition: names, references, outputs and the order of steps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.definition import COMMON_MEMBERS, Definition, Step
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.expressions import Reference, is_expression, parse_reference, references
from localaws.services.sagemaker.pipelines.steps import kind_of
from localaws.services.sagemaker.pipelines.value_types import TypeOf, check_assignable

__all__ = ["check_definition", "dependencies", "step_references"]


_EXPERIMENT = ("ExperimentName", "TrialName")


def check_definition(definition: Definition) -> None:
    """Check a parsed definition as CreatePipeline does; raises `DefinitionError`."""
    for step in definition.steps.values():
        kind = kind_of(step.name, step.type)
        if unknown := sorted(set(step.members) - COMMON_MEMBERS - kind.members):
            raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
        kind.check(step, definition)
    for step in definition.steps.values():
        for reference in step_references(step):
            _check_reference(step, reference, definition)
        for other in step.depends_on:
            if other not in definition.steps:
                raise DefinitionError(f"Step '{step.name}' depends on unknown step '{other}'.")
            if definition.steps[other].type == "Fail":
                raise DefinitionError(f"Step {step.name} can not depends on {other}: a fail step ends the execution.")

    def type_of(expression: Any) -> str | None:
        return _type_of(expression, definition)

    for step in definition.steps.values():
        kind_of(step.name, step.type).check_types(step, type_of)
    _check_experiment(definition, type_of)
    _check_acyclic(dependencies(definition))


def step_references(step: Step) -> Iterator[Reference]:
    """The references of a step itself; those of the steps in its branches are theirs."""
    arguments = {
        name: value for name, value in step.arguments.items() if step.type != "Condition" or name == "Conditions"
    }
    yield from references(arguments)


def dependencies(definition: Definition) -> dict[str, set[str]]:
    """The steps that each step waits for: those it names, those whose results it uses, and its condition step."""
    waits: dict[str, set[str]] = {}
    for step in definition.steps.values():
        used = {reference.name for reference in step_references(step) if reference.kind.startswith("property")}
        waits[step.name] = used | set(step.depends_on) | ({step.condition} if step.condition else set())
    return waits


def _check_reference(step: Step, reference: Reference, definition: Definition) -> None:
    if reference.kind == "execution":
        return
    if reference.kind == "parameter":
        _check_parameter(reference, definition)
        return
    target = definition.steps.get(reference.name)
    if target is None:
        raise DefinitionError(f"Step '{step.name}' refers to unknown step '{reference.name}' in '{reference.text}'.")
    if reference.kind == "property":
        kind_of(target.name, target.type).property_type(target, reference.text, reference.path)
        return
    declared = [file.name for file in target.property_files]
    if reference.path[0] not in declared:
        raise DefinitionError(
            f"Step '{step.name}' refers to property file '{reference.path[0]}', which step '{target.name}' does not "
            f"declare (declared: {', '.join(declared) or 'none'})."
        )


def _type_of(expression: Any, definition: Definition) -> str | None:
    """The type that an expression's value has; None for Std:JsonGet, whose value only the execution shows."""
    if "Get" not in expression:
        return "String" if "Std:Join" in expression else None
    reference = parse_reference(expression["Get"])
    if reference.kind == "parameter":
        return definition.parameters[reference.name].type
    if reference.kind == "property":
        target = definition.steps[reference.name]
        return kind_of(target.name, target.type).property_type(target, reference.text, reference.path)
    if reference.kind == "property file":
        raise DefinitionError(f"'{reference.text}' is a property file: read a value of it with Std:JsonGet.")
    return "String"


def _check_experiment(definition: Definition, type_of: TypeOf) -> None:
    for name, value in (definition.experiment or {}).items():
        if name not in _EXPERIMENT:
            raise DefinitionError(f"Cannot parse object, unknown property '{name}'.")
        for reference in references(value):
            if reference.kind not in ("execution", "parameter"):
                raise DefinitionError(f"PipelineExperimentConfig cannot refer to '{reference.text}'.")
            _check_parameter(reference, definition)
        if is_expression(value):
            check_assignable(value, "String", Argument("", f"PipelineExperimentConfig.{name}"), type_of)
        elif value is not None and not isinstance(value, str):
            raise DefinitionError(f"PipelineExperimentConfig.{name} is {json.dumps(value)[:60]}: it must be a string.")


def _check_parameter(reference: Reference, definition: Definition) -> None:
    if reference.kind == "parameter" and reference.name not in definition.parameters:
        known = ", ".join(definition.parameters) or "none"
        raise DefinitionError(f"Reference to unknown parameter '{reference.name}'. Defined parameters: {known}.")


def _check_acyclic(waits: Mapping[str, set[str]]) -> None:
    remaining = {name: set(others) for name, others in waits.items()}
    while ready := [name for name, others in remaining.items() if not others]:
        for name in ready:
            del remaining[name]
        for others in remaining.values():
            others.difference_update(ready)
    if remaining:
        raise DefinitionError(f"The steps form a cycle: {' -> '.join(_cycle(remaining))}.")


def _cycle(waits: Mapping[str, set[str]]) -> list[str]:
    trail: list[str] = []
    name = min(waits)
    while name not in trail:
        trail.append(name)
        name = min(waits[name])
    cycle = trail[trail.index(name) :]
    first = cycle.index(min(cycle))
    return [*cycle[first:], *cycle[:first], cycle[first]]
