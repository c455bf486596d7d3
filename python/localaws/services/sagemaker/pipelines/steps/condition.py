"""Condition steps: choose the steps of one branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.pipelines.arguments import Argument
from localaws.services.sagemaker.pipelines.conditions import check_condition, check_operands, holds
from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.errors import DefinitionError
from localaws.services.sagemaker.pipelines.paths import Path
from localaws.services.sagemaker.pipelines.steps.base import StepResult, StepRun
from localaws.services.sagemaker.pipelines.value_types import TypeOf

__all__ = ["KIND"]

_MEMBERS = {"Conditions", "IfSteps", "ElseSteps"}


@dataclass(frozen=True)
class _Condition:
    type: str = "Condition"
    members: frozenset[str] = frozenset()
    cached_attributes: tuple[str, ...] = ()

    def check(self, step: Step, definition: Definition) -> None:
        for name in step.arguments:
            if name not in _MEMBERS:
                raise DefinitionError(f"Unknown Argument member '{name}'.")
        conditions = step.arguments.get("Conditions")
        if not isinstance(conditions, list):
            raise DefinitionError(f"Step '{step.name}' needs 'Conditions', a list.")
        for condition in conditions:
            check_condition(condition)

    def check_types(self, step: Step, type_of: TypeOf) -> None:
        for index, condition in enumerate(step.arguments["Conditions"]):
            check_operands(condition, Argument(step.name).member("Conditions").element(index), type_of)

    def property_type(self, step: Step, reference: str, path: Path) -> str:
        if path != ("Outcome",):
            raise DefinitionError(f"Invalid property reference '{reference}': a condition step has only 'Outcome'.")
        return "Boolean"

    def resolve(self, run: StepRun) -> dict[str, Any]:
        # All conditions must hold.
        return {"Outcome": all(holds(condition, run.scope) for condition in run.step.arguments["Conditions"])}

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        return StepResult(arguments, {"Condition": {"Outcome": str(arguments["Outcome"])}})


KIND = _Condition()
