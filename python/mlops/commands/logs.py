"""``mlops logs JOB``: a job's log lines from CloudWatch, found by the job's name alone."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.aws import clients, job_logs
from mlops.aws.job_kinds import KINDS, find
from mlops.aws.polling import Polling

__all__ = ["HELP", "PATH", "configure", "execute"]

PATH = ("logs",)
HELP = "print a job's log, wherever CloudWatch keeps it"

_POLL_SECONDS = 2.0


def configure(parser: argparse.ArgumentParser) -> None:
    """The job, and whether to follow it."""
    words = " or ".join(kind.word for kind in KINDS if kind.logs)
    parser.add_argument("job", metavar="JOB", help=f"name or ARN of a {words} job")
    parser.add_argument("-f", "--follow", action="store_true", help="go on printing until the job ends")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Prints the log so far; 0 even for a failed job (its log is what was asked for)."""
    name = args.job.rsplit("/", 1)[-1]
    sagemaker, cloudwatch = clients.client("sagemaker", args.region), clients.client("logs", args.region)
    kind, first = find(sagemaker, name)
    seen: set[str] = set()

    def show(_: dict[str, Any]) -> None:
        for line in job_logs.lines(cloudwatch, kind, name, seen):
            print(line, flush=True)

    described = first
    if args.follow:  # a state is read before the log: lines written in between are not lost
        polling = Polling(first_seconds=_POLL_SECONDS, last_seconds=_POLL_SECONDS)
        described = polling.until(lambda: kind.describe(sagemaker, name), lambda state: not kind.running(state), show)
    else:
        show(first)
    if not seen:
        print(f"(no log lines yet: the {kind.word} job is {kind.status(described)})")
    return 0
