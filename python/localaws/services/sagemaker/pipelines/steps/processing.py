"""Processing steps: CreateProcessingJob, with property files for `Std:JsonGet`."""

from __future__ import annotations

from dataclasses import dataclass

from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.expressions import is_expression
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.steps.requests import JobKind

__all__ = ["KIND"]


@dataclass(frozen=True)
class _Processing(JobKind):
    def check(self, step: Step, definition: Definition) -> None:
        super().check(step, definition)
        names = _output_names(step)
        files = [file.name for file in step.property_files]
        for name in names or []:
            if (names or []).count(name) > 1:
                raise DefinitionError(
                    f"Step '{step.name}' has two outputs named '{name}': output names must be unique."
                )
        for file in step.property_files:
            if files.count(file.name) > 1:
                raise DefinitionError(
                    f"Step '{step.name}' has two property files named '{file.name}': use other names."
                )
            if names is not None and file.output_name not in names:
                raise DefinitionError(
                    f"Property file '{file.name}' of step '{step.name}' refers to output '{file.output_name}', which "
                    f"the step does not have (outputs: {', '.join(names) or 'none'})."
                )

    def property_type(self, step: Step, reference: str, path: Path) -> str:
        kind = super().property_type(step, reference, path)
        names = _output_names(step)
        if names is None or path[:2] != ("ProcessingOutputConfig", "Outputs"):
            return kind
        if len(path) > 2 and isinstance(path[2], str) and path[2] not in names:
            raise DefinitionError(
                f"Invalid property reference '{reference}': step '{step.name}' has no output '{path[2]}' "
                f"(outputs: {', '.join(names) or 'none'})."
            )
        return kind


def _output_names(step: Step) -> list[str] | None:
    """The names of the step's outputs, or None where an expression hides one."""
    config = step.arguments.get("ProcessingOutputConfig") or {}
    if is_expression(config) or is_expression(config.get("Outputs")):
        return None
    names = [output.get("OutputName") for output in config.get("Outputs") or []]
    return names if all(isinstance(name, str) for name in names) else None


# Cached attributes: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html.
KIND = _Processing(
    type="Processing",
    resource="ProcessingJob",
    members=frozenset({"RetryPolicies", "CacheConfig", "PropertyFiles"}),
    cached_attributes=("AppSpecification", "Environment", "ProcessingInputs"),
)
