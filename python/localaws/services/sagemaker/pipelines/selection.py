"""Selective execution: run some steps on the results that another execution left.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from localaws.api.errors import resource_not_found, validation_error
from localaws.services.sagemaker.pipelines.definition import Definition
from localaws.services.sagemaker.pipelines.states import StepState
from localaws.services.sagemaker.pipelines.validation import dependencies

if TYPE_CHECKING:
    from localaws.store import Record

__all__ = ["Selection", "select"]


@dataclass(frozen=True)
class Selection:
    """The steps to run (None: all), and the finished steps of the source execution that they build on."""

    steps: frozenset[str] | None = None
    reused: Mapping[str, StepState] = field(default_factory=dict)


def select(definition: Definition, config: Mapping[str, Any] | None, executions: Sequence[Record]) -> Selection:
    """Read a request's SelectiveExecutionConfig; `executions` are the pipeline's, oldest first.

    Without a source ARN the latest execution is the source.  Raises ValidationException for a step that the pipeline
    does not have, or one that needs a step without a result; ResourceNotFound for an unknown source.
    """
    if config is None:
        return Selection()
    names = frozenset(step["StepName"] for step in config["SelectedSteps"])
    if unknown := sorted(names - set(definition.steps)):
        raise validation_error(f"Selected step '{unknown[0]}' is not a step of the pipeline.")
    source = _source(config, executions)
    finished: Mapping[str, StepState] = source.internal["run"].succeeded()
    waits = dependencies(definition)
    for name in sorted(names):
        for needed in sorted(waits[name] - names):
            if needed not in finished:
                raise validation_error(
                    f"Selected step '{name}' needs step '{needed}', which did not succeed in {source.arn}: "
                    "select that step too."
                )
    reused = {
        name: replace(state, selected_from=source.arn)
        for name, state in finished.items()
        if name not in names and name in definition.steps
    }
    return Selection(names, reused)


def _source(config: Mapping[str, Any], executions: Sequence[Record]) -> Record:
    wanted = config.get("SourcePipelineExecutionArn")
    source = next((record for record in reversed(executions) if wanted in (None, record.arn)), None)
    if source is None:
        raise resource_not_found(
            f"Pipeline execution '{wanted}' does not exist." if wanted else "The pipeline has no execution to build on."
        )
    status = source.described["PipelineExecutionStatus"]
    if status in ("Executing", "Stopping"):
        raise validation_error(f"Source execution {source.arn} is {status}: wait until it has ended.")
    return source
