"""The kinds of SageMaker jobs: how each is described, listed and stopped, where it logs, and when it has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import UserError, error_code, is_not_found

__all__ = ["KINDS", "PROCESSING", "TERMINAL", "TRAINING", "TRANSFORM", "TUNING", "JobKind", "find"]

TERMINAL = frozenset({"Completed", "Failed", "Stopped"})
_RUNNING = ("InProgress", "Stopping")


@dataclass(frozen=True)
class JobKind:
    """One kind of job, in the words of the API.

    Args:
        word: for people, e.g. ``training``.
        operation: as in ``describe_{operation}``.
        member: as in ``{member}Name``, ``{member}Status`` and ``{member}Summaries``.
        step: its key in the metadata of a pipeline's step.
        times: the members of a description that say when its work began and ended.
        logs: whether a job of this kind has log streams of its own; a tuning job's are those of its trials.
    """

    word: str
    operation: str
    member: str
    step: str
    times: tuple[str, str]
    logs: bool = True

    @property
    def log_group(self) -> str:
        """The CloudWatch log group of all jobs of this kind."""
        return f"/aws/sagemaker/{self.member}s"

    def describe(self, sagemaker: Any, name: str) -> dict[str, Any]:
        """The answer of the kind's Describe operation; raises ClientError where there is no such job."""
        found: dict[str, Any] = getattr(sagemaker, f"describe_{self.operation}")(**{f"{self.member}Name": name})
        return found

    def status(self, described: Mapping[str, Any]) -> str:
        """The status in a description: InProgress, Stopping, Completed, Failed or Stopped."""
        return str(described[f"{self.member}Status"])

    def running(self, described: Mapping[str, Any]) -> bool:
        """Whether the described job can still change."""
        return self.status(described) not in TERMINAL

    def seconds(self, described: Mapping[str, Any]) -> float:
        """How long a job that has ended worked; 0 where it never began."""
        began, ended = (described.get(member) for member in self.times)
        return float((ended - began).total_seconds()) if began and ended else 0.0

    def running_names(self, sagemaker: Any) -> Iterator[str]:
        """The names of all jobs of this kind that have not ended."""
        for status in _RUNNING:
            for page in sagemaker.get_paginator(f"list_{self.operation}s").paginate(StatusEquals=status):
                for summary in page[f"{self.member}Summaries"]:
                    yield summary[f"{self.member}Name"]

    def stop(self, sagemaker: Any, name: str) -> None:
        """Stops a job, unless it has ended or is stopping already."""
        try:
            getattr(sagemaker, f"stop_{self.operation}")(**{f"{self.member}Name": name})
        except ClientError as error:
            if error_code(error) != "ValidationException":
                raise


PROCESSING = JobKind(
    "processing", "processing_job", "ProcessingJob", "ProcessingJob", ("ProcessingStartTime", "ProcessingEndTime")
)
TRAINING = JobKind("training", "training_job", "TrainingJob", "TrainingJob", ("TrainingStartTime", "TrainingEndTime"))
TRANSFORM = JobKind(
    "transform", "transform_job", "TransformJob", "TransformJob", ("TransformStartTime", "TransformEndTime")
)
TUNING = JobKind(
    "tuning",
    "hyper_parameter_tuning_job",
    "HyperParameterTuningJob",
    "TuningJob",
    ("CreationTime", "HyperParameterTuningEndTime"),
    logs=False,
)
# In the order in which they are stopped: a tuning job stops its own trials.
KINDS = (TUNING, TRAINING, TRANSFORM, PROCESSING)


def find(sagemaker: Any, name: str) -> tuple[JobKind, dict[str, Any]]:
    """The kind and the description of the job with this name and logs of its own.

    Raises:
        UserError: no job has this name.
    """
    kinds = [kind for kind in KINDS if kind.logs]
    for kind in kinds:
        try:
            return kind, kind.describe(sagemaker, name)
        except ClientError as error:
            if not is_not_found(error):
                raise
    words = " or ".join(kind.word for kind in kinds)
    lists = ", ".join(f"`list-{kind.operation.replace('_', '-')}s`" for kind in kinds)
    raise UserError(f"no {words} job is called {name!r}: see `aws sagemaker {lists[1:]}")
