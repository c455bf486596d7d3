"""Whether the steps of a pipeline definition use each other's results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlops.validate import definition
from mlops.validate.artifacts import artifacts

__all__ = ["flow_fault"]

_OUTPUTS = ("ProcessingOutputConfig", "OutputDataConfig")


def flow_fault(document: Mapping[str, Any]) -> str | None:
    """Why the pipeline does not register what it trained and evaluated, or ``None``.

    A step uses another's result where its arguments refer to that step, or name an S3 URI that the other writes to;
    through steps between them, too, such as the one that the SDK repacks a model in.
    """
    steps = {step["Name"]: step for step in definition.steps(document) if step["Type"] != "Condition"}
    resolved = {step["Name"]: step for step in definition.steps(definition.resolved(document))}
    needs = {name: _used(steps[name], resolved[name], resolved) for name in steps}
    pairs = [("TrainModel", "PreprocessData"), ("EvaluateModel", "TrainModel")]
    pairs += [(name, "TrainModel") for name, step in steps.items() if step["Type"] == "RegisterModel"]
    for name, source in pairs:
        if source not in _closure(name, needs):
            return f"the step {name} does not use what {source} writes"
    return None


def _closure(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """The steps whose results a step uses, directly or not."""
    found: set[str] = set()
    pending = [name]
    while pending:
        new = needs.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return found


def _used(step: Mapping[str, Any], resolved: Mapping[str, Any], others: Mapping[str, Any]) -> set[str]:
    referred = {reference.split(".")[1] for reference in _references(_inputs(step)) if reference.startswith("Steps.")}
    uris = [artifact.uri.rstrip("/") for artifact in artifacts(_inputs(resolved))]
    written = {name for name, other in others.items() if name != step["Name"] and _meet(uris, _outputs(other))}
    return referred | written


def _inputs(step: Mapping[str, Any]) -> Any:
    """What a step works with: its arguments; of a registration the containers, not its metrics and metadata."""
    arguments = step.get("Arguments") or {}
    return arguments.get("InferenceSpecification") if step["Type"] == "RegisterModel" else arguments


def _outputs(step: Mapping[str, Any]) -> list[str]:
    arguments = step.get("Arguments") or {}
    return [artifact.uri.rstrip("/") for artifact in artifacts([arguments.get(each) for each in _OUTPUTS])]


def _meet(uris: Sequence[str], outputs: Sequence[str]) -> bool:
    """Whether one of the URIs is an output, or lies under one, or has one under it."""
    return any(f"{uri}/".startswith(f"{out}/") or f"{out}/".startswith(f"{uri}/") for uri in uris for out in outputs)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(reference := part.get("Get"), str):
            yield reference
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for item in part:
            yield from _references(item)
