"""RegisterModel steps: CreateModelPackage into a model package group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.services.sagemaker.pipelines.definition import Definition, Step
from localaws.services.sagemaker.pipelines.shapes import check_arguments
from localaws.services.sagemaker.pipelines.steps.base import StepResult, StepRun, invoke
from localaws.services.sagemaker.pipelines.steps.requests import RequestKind

__all__ = ["KIND"]


@dataclass(frozen=True)
class _RegisterModel(RequestKind):
    def check(self, step: Step, definition: Definition) -> None:
        # AWS leaves the package's own name out of the step's arguments: versions are named by their group.
        hidden = frozenset({self.name_member})
        check_arguments(self.create, step.name, step.arguments, optional=frozenset(), hidden=hidden)

    def execute(self, run: StepRun, arguments: Mapping[str, Any]) -> StepResult:
        group = arguments.get("ModelPackageGroupName")
        if group and run.store.find("ModelPackageGroup", group) is None:
            # AWS's pipelines make a missing group: SDK definitions name one that nobody created.
            invoke(run, "CreateModelPackageGroup", {"ModelPackageGroupName": group})
        # The registry shows which execution made a version; what the definition gives wins.
        metadata = {**run.metadata_properties, **arguments.get("MetadataProperties", {})}
        arn = invoke(run, self.create, {**arguments, "MetadataProperties": metadata})["ModelPackageArn"]
        return StepResult(invoke(run, self.describe, {self.name_member: arn}), {self.type: {"Arn": arn}})


KIND = _RegisterModel(type="RegisterModel", resource="ModelPackage")
