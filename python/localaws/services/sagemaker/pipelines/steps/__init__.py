"""The table of step kinds: adding one is a file here and a line in `_KINDS`.

CreatePipeline and UpdatePipeline refuse a definition with a step of any other type, naming the type.
"""

from __future__ import annotations

from collections.abc import Mapping

from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.steps import (
    condition,
    fail,
    model,
    processing,
    register_model,
    training,
    transform,
    tuning,
)
from localaws.services.sagemaker.pipelines.steps.base import StepKind, StepResult, StepRun

__all__ = ["KINDS", "StepKind", "StepResult", "StepRun", "kind_of"]

_KINDS: tuple[StepKind, ...] = (
    condition.KIND,
    fail.KIND,
    model.KIND,
    processing.KIND,
    register_model.KIND,
    training.KIND,
    transform.KIND,
    tuning.KIND,
)
KINDS: Mapping[str, StepKind] = {kind.type: kind for kind in _KINDS}

# Types that SageMaker runs and this stack does not yet; the refusal says so instead of calling them unknown.
_ON_AWS_ONLY = (
    *("AutoML", "Callback", "ClarifyCheck", "Cleanup", "EMR", "EMRServerless", "Endpoint", "EndpointConfig", "ForEach"),
    *("InferenceComponent", "Job", "Lambda", "Lineage", "NotebookJob", "QualityCheck"),
)


def kind_of(name: str, step_type: str) -> StepKind:
    """The kind of a step; raises `DefinitionError` naming the type that is unknown or not implemented."""
    if step_type in KINDS:
        return KINDS[step_type]
    if step_type in _ON_AWS_ONLY:
        raise DefinitionError(
            f"Step '{name}' is of type '{step_type}', which the local stack does not implement. "
            f"Implemented: {', '.join(KINDS)}. Run this pipeline on AWS, or leave the step out."
        )
    raise DefinitionError(f"Unknown step type '{step_type}' of step '{name}': there is {', '.join(KINDS)}.")
