"""Fail steps: end the execution with a message of the pipeline's author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.errors import DefinitionError, StepFailure
from localaws.services.sagemaker.pipelines.expressions import evaluate, is_expression, text_of
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.steps.base import StepRun
from localaws.services.sagemaker.pipelines.value_types import TypeOf, check_assignable

__all__ = ["KIND"]


@dataclass(frozen=True)
class _Fail:
    type: str = "Fail"
    members: frozenset[str] = frozenset()
    cached_attributes: tuple[str, ...] = ()

    def check(self, step: Step, definition: Definition) -> None:
        for name in step.arguments:
            if name != "ErrorMessage":
                raise DefinitionError(f"Unknown Argument member '{name}'.")
        message = step.arguments.get("ErrorMessage", "")
        if not isinstance(message, str) and not is_expression(message):
            raise DefinitionError(f"ErrorMessage of step '{step.name}' must be a string or an expression.")

    def check_types(self, step: Step, type_of: TypeOf) -> None:
        message = step.arguments.get("ErrorMessage")
        if is_expression(message):
            check_assignable(message, "String", Argument(step.name).member("ErrorMessage"), type_of)

    def property_type(self, step: Step, reference: str, path: Path) -> NoReturn:
        raise DefinitionError(f"Invalid property reference '{reference}': a fail step has no properties.")

    def resolve(self, run: StepRun) -> dict[str, Any]:
        return {"ErrorMessage": text_of(evaluate(run.step.arguments.get("ErrorMessage", ""), run.scope))}

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> NoReturn:
        message = arguments["ErrorMessage"]
        run.started({"Fail": {"ErrorMessage": message}}, lambda: None)
        raise StepFailure(message)


KIND = _Fail()
