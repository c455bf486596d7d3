"""``mlops logs JOB``: a job's log lines from CloudWatch, found by the job's name alone."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import clients
from mlops.aws.errors import NOT_FOUND, UserError, error_code

__all__ = ["HELP", "KINDS", "PATH", "JobKind", "configure", "execute", "find", "lines"]

PATH = ("logs",)
HELP = "print a job's log, wherever CloudWatch keeps it"

_POLL_SECONDS = 2.0
_ENDED = {"Completed", "Failed", "Stopped"}


@dataclass(frozen=True)
class JobKind:
    """How one kind of job is described and where it logs."""

    word: str
    operation: str
    argument: str
    status: str
    group: str


KINDS = (
    JobKind("processing", "describe_processing_job", "ProcessingJobName", "ProcessingJobStatus", "ProcessingJobs"),
    JobKind("training", "describe_training_job", "TrainingJobName", "TrainingJobStatus", "TrainingJobs"),
    JobKind("transform", "describe_transform_job", "TransformJobName", "TransformJobStatus", "TransformJobs"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The job, and whether to follow it."""
    parser.add_argument("job", metavar="JOB", help="name or ARN of a " + " or ".join(k.word for k in KINDS) + " job")
    parser.add_argument("-f", "--follow", action="store_true", help="go on printing until the job ends")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Prints what there is; 0 even for a failed job (its log is what was asked for)."""
    name = args.job.rsplit("/", 1)[-1]
    sagemaker, cloudwatch = clients.client("sagemaker", args.region), clients.client("logs", args.region)
    kind, described = find(sagemaker, name)
    seen: set[str] = set()
    while True:
        ended = described[kind.status] in _ENDED  # asked before reading: lines written in between are not lost
        for line in lines(cloudwatch, kind, name, seen):
            print(line, flush=True)
        if ended or not args.follow:
            break
        time.sleep(_POLL_SECONDS)
        described = getattr(sagemaker, kind.operation)(**{kind.argument: name})
    if not seen:
        print(f"(no log lines yet: the {kind.word} job is {described[kind.status]})")
    return 0


def find(sagemaker: Any, name: str) -> tuple[JobKind, dict[str, Any]]:
    """The kind and the description of the job with this name.

    Raises:
        UserError: no kind of job has this name.
    """
    for kind in KINDS:
        try:
            return kind, getattr(sagemaker, kind.operation)(**{kind.argument: name})
        except ClientError as error:
            if error_code(error) not in NOT_FOUND:
                raise
    kinds = " or ".join(kind.word for kind in KINDS)
    raise UserError(
        f"no {kinds} job is called {name!r}: see `aws sagemaker list-processing-jobs`, `list-training-jobs`, "
        "`list-transform-jobs`"
    )


def lines(cloudwatch: Any, kind: JobKind, name: str, seen: set[str]) -> Iterator[str]:
    """The job's log lines in the order of their time, those not in ``seen`` (event ids) only; adds them to it."""
    pages = cloudwatch.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/sagemaker/{kind.group}", logStreamNamePrefix=f"{name}/"
    )
    try:
        for page in pages:
            for event in page["events"]:
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    yield event["message"]
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":  # the group appears with its first line
            raise
