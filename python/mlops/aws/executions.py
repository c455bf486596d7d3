"""One pipeline execution: start it, read its state, and say why it failed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, error_code, is_not_found
from mlops.aws.job_kinds import KINDS

__all__ = ["TERMINAL", "Execution", "Step", "job_failure", "job_seconds", "read", "start"]

TERMINAL = frozenset({"Succeeded", "Failed", "Stopped"})

# A step's metadata names its job as {"TrainingJob": {"Arn": …}}.
_KINDS = {kind.step: kind for kind in KINDS}


@dataclass(frozen=True)
class Step:
    """A step that has started. ``job`` is the name of the SageMaker job behind it, ``package`` what it registered."""

    name: str
    status: str
    started: datetime | None
    ended: datetime | None
    failure: str | None = None
    kind: str | None = None
    job: str | None = None
    package: str | None = None
    note: str | None = None

    @property
    def running(self) -> bool:
        """Whether the step can still change."""
        return self.status not in TERMINAL


@dataclass(frozen=True)
class Execution:
    """A snapshot of one execution, its steps in the order in which they started."""

    arn: str
    status: str
    failure: str | None
    steps: tuple[Step, ...]

    @property
    def running(self) -> bool:
        """Whether the execution can still change."""
        return self.status not in TERMINAL


def start(sagemaker: Any, pipeline: str, parameters: Mapping[str, str]) -> str:
    """Starts an execution and returns its ARN.

    Raises:
        UserError: there is no such pipeline, or it has no such parameter.
    """
    try:
        answer = sagemaker.start_pipeline_execution(
            PipelineName=pipeline,
            PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
            ClientRequestToken=uuid.uuid4().hex,
        )
    except ClientError as error:
        message = error.response["Error"].get("Message", "")
        if error_code(error) == "ResourceNotFound":
            raise UserError(
                f"no pipeline {pipeline}: run `terraform apply` or `python python/create_pipeline.py`"
            ) from error
        if error_code(error) == "ValidationException":
            raise UserError(f"{pipeline} did not start: {message}") from error
        raise
    return str(answer["PipelineExecutionArn"])


def read(sagemaker: Any, arn: str) -> Execution:
    """Reads an execution and all its steps.

    Raises:
        UserError: there is no such execution.
    """
    try:
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    except ClientError as error:
        if is_not_found(error):
            raise UserError(f"no execution {arn!r}: `aws sagemaker list-pipeline-executions` lists them") from error
        raise
    steps: list[Step] = []
    request = {"PipelineExecutionArn": arn, "SortOrder": "Ascending"}
    while True:
        page = sagemaker.list_pipeline_execution_steps(**request)
        steps.extend(_step(found) for found in page["PipelineExecutionSteps"])
        if not page.get("NextToken"):
            break
        request["NextToken"] = page["NextToken"]
    return Execution(arn, described["PipelineExecutionStatus"], described.get("FailureReason"), tuple(steps))


def job_failure(sagemaker: Any, step: Step) -> str | None:
    """The failed job's own reason, where it says more than the step's: ``FailureReason``, else ``ExitMessage``."""
    if step.kind not in _KINDS or step.job is None:
        return None
    described = _KINDS[step.kind].describe(sagemaker, step.job)
    reason: str | None = described.get("FailureReason") or described.get("ExitMessage")
    return reason


def job_seconds(sagemaker: Any, step: Step) -> float:
    """How long the job behind a step worked; 0 where the step has none, or its result came from the cache."""
    if step.kind not in _KINDS or step.job is None or step.note == "cached":
        return 0.0
    kind = _KINDS[step.kind]
    return kind.seconds(kind.describe(sagemaker, step.job))


def _step(found: Mapping[str, Any]) -> Step:
    metadata = found.get("Metadata", {})
    kind = next(iter(metadata), None)
    detail = metadata[kind] if kind else {}
    note = None
    if "CacheHitResult" in found:
        note = "cached"
    elif kind == "Condition":
        note = str(detail.get("Outcome", "")).lower() or None
    elif int(found.get("AttemptCount") or 1) > 1:
        note = f"attempt {found['AttemptCount']}"
    return Step(
        name=found["StepName"],
        status=found["StepStatus"],
        started=found.get("StartTime"),
        ended=found.get("EndTime"),
        failure=found.get("FailureReason") or detail.get("ErrorMessage"),
        kind=kind,
        job=detail["Arn"].rsplit("/", 1)[-1] if kind in _KINDS and "Arn" in detail else None,
        package=detail.get("Arn") if kind == "RegisterModel" else None,
        note=note,
    )
