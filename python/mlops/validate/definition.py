"""Reads a pipeline definition document: its steps, its references, and whether a condition gates registration."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["gate_fault", "resolved", "steps", "uses"]


def steps(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All steps of the document, those inside conditions included."""
    yield from _walk(document.get("Steps", []))


def uses(part: Any, reference: str) -> bool:
    """Whether ``{"Get": reference}`` occurs anywhere in a part of the document."""
    if isinstance(part, Mapping):
        return part.get("Get") == reference or any(uses(value, reference) for value in part.values())
    if isinstance(part, Sequence) and not isinstance(part, str):
        return any(uses(item, reference) for item in part)
    return False


def resolved(document: Mapping[str, Any]) -> Any:
    """The document with its parameters' defaults put in, and with joined texts as far as they are known."""
    defaults = {each["Name"]: each.get("DefaultValue") for each in document.get("Parameters", [])}
    return _resolved(document, defaults)


def _resolved(part: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(part, Mapping):
        if isinstance(reference := part.get("Get"), str):
            return defaults.get(reference.removeprefix("Parameters."))
        if isinstance(join := part.get("Std:Join"), Mapping):
            values = [_resolved(value, defaults) for value in join.get("Values", [])]
            known = list(itertools.takewhile(lambda value: value is not None, values))
            joined = str(join.get("On", "")).join(map(str, known))
            # Where a bucket's name is not known to its end, nothing is.
            return joined if len(known) == len(values) or f"{joined}{join.get('On', '')}".count("/") > 2 else None
        return {key: _resolved(value, defaults) for key, value in part.items()}
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_resolved(item, defaults) for item in part]
    return part


def gate_fault(document: Mapping[str, Any]) -> str | None:
    """Why registration is not decided by a metric of the evaluation, or ``None`` where it is.

    A gate is a condition that reads a report of EvaluateModel, has every registration of the pipeline in one of its
    branches only, and a Fail step in the other.
    """
    registering = [step["Name"] for step in steps(document) if step["Type"] == "RegisterModel"]
    if not registering:
        return "the pipeline has no step that registers the model"
    conditions = [step for step in steps(document) if step["Type"] == "Condition"]
    if not conditions:
        return "the pipeline registers without any condition"
    faults = [_condition_fault(condition, registering) for condition in conditions]
    return None if None in faults else faults[0]


def _condition_fault(condition: Mapping[str, Any], registering: list[str]) -> str | None:
    name, arguments = condition["Name"], condition["Arguments"]
    if not _reads_report(arguments.get("Conditions", []), "EvaluateModel"):
        return f"the condition {name} does not look at what EvaluateModel measured"
    passing, failing = (list(_walk(arguments.get(branch, []))) for branch in ("IfSteps", "ElseSteps"))
    inside = [{step["Name"] for step in branch if step["Type"] == "RegisterModel"} for branch in (passing, failing)]
    if all(inside):
        return f"the condition {name} registers the model in both of its branches"
    if not any(inside):
        return f"the condition {name} does not decide on registration: {registering[0]} is outside of it"
    outside = set(registering) - inside[0] - inside[1]
    if outside:
        return f"{min(outside)} registers the model whatever the condition {name} says"
    other = failing if inside[0] else passing
    if not any(step["Type"] == "Fail" for step in other):
        return f"where the metric misses the threshold, the condition {name} leads to no Fail step that says why"
    return None


def _reads_report(part: Any, step: str) -> bool:
    if isinstance(part, Mapping):
        if "Std:JsonGet" in part:
            source = part["Std:JsonGet"].get("PropertyFile", {}).get("Get", "")
            return bool(source.startswith(f"Steps.{step}.PropertyFiles."))
        return any(_reads_report(value, step) for value in part.values())
    if isinstance(part, Sequence) and not isinstance(part, str):
        return any(_reads_report(item, step) for item in part)
    return False


def _walk(listed: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in listed:
        yield step
        arguments = step.get("Arguments", {})
        if step.get("Type") == "Condition":
            yield from _walk(arguments.get("IfSteps", []))
            yield from _walk(arguments.get("ElseSteps", []))
