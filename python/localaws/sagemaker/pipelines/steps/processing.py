"""Processing steps: CreateProcessingJob, with property files for `Std:JsonGet`."""

from __future__ import annotations

from dataclasses import dataclass

from localaws.sagemaker.pipelines.definition import Definition, Step
from localaws.sagemaker.pipelines.errors import DefinitionError
from localaws.sagemaker.pipelines.expressions import is_expression
from localaws.sagemaker.pipelines.steps.requests import JobKind

__all__ = ["KIND"]


@dataclass(frozen=True)
class _Processing(JobKind):
    def check(self, step: Step, definition: Definition) -> None:
        super().check(step, definition)
        config = step.arguments.get("ProcessingOutputConfig") or {}
        outputs = [] if is_expression(config) else config.get("Outputs") or []
        names = [output["OutputName"] for output in outputs]
        for name in names:
            if names.count(name) > 1:
                raise DefinitionError(
                    f"Step '{step.name}' has two outputs named '{name}': output names must be unique."
                )
        for file in step.property_files:
            if file.output_name not in names:
                raise DefinitionError(
                    f"Property file '{file.name}' of step '{step.name}' refers to output '{file.output_name}', which "
                    f"the step does not have (outputs: {', '.join(map(str, names)) or 'none'})."
                )


# Cached attributes: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html.
KIND = _Processing(
    type="Processing",
    resource="ProcessingJob",
    members=frozenset({"RetryPolicies", "CacheConfig", "PropertyFiles"}),
    cached_attributes=("AppSpecification", "Environment", "ProcessingInputs"),
)
