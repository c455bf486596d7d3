"""SageMaker Pipelines: definitions are checked as on AWS, and executions really run their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws.services.sagemaker.pipelines import crud, executions

if TYPE_CHECKING:
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

OPERATIONS: dict[str, Handler] = {**crud.OPERATIONS, **executions.OPERATIONS}
