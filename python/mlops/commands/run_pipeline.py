"""``mlops run pipeline``: starts an execution, watches it to its end, and says what came of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from mlops.aws import clients, executions, model_packages, names
from mlops.aws.errors import UsageError
from mlops.aws.executions import Execution
from mlops.aws.polling import Polling
from mlops.commands.display.steps import Progress

__all__ = ["HELP", "PATH", "configure", "execute", "report", "watch"]

PATH = ("run", "pipeline")
HELP = "start the training pipeline (or go on watching an execution) and show its progress a step at a time"

_POLLING = Polling(last_seconds=5.0)
_EXIT_CODES = {"Succeeded": 0}


def configure(parser: argparse.ArgumentParser) -> None:
    """The student, parameter overrides, and what to watch."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a pipeline parameter other than its default, e.g. -p AucThreshold=0.9; may be repeated",
    )
    parser.add_argument("--execution", metavar="ARN", help="watch this execution instead of starting one")
    parser.add_argument("--no-wait", action="store_true", help="start, print the execution's ARN, and return at once")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def execute(args: argparse.Namespace) -> int:
    """Exit code 0 for Succeeded, 1 for Failed or Stopped, 130 after Ctrl-C (the execution goes on)."""
    student_id = names.check_student_id(args.student_id)
    parameters = _parameters(args.parameter)
    if args.execution and (parameters or args.no_wait):
        raise UsageError("--execution watches a running execution: it takes no parameters and no --no-wait")
    sagemaker = clients.client("sagemaker", args.region)
    arn = args.execution or executions.start(sagemaker, names.pipeline_name(student_id), parameters)
    print(arn, flush=True)
    if args.no_wait:
        return 0
    try:
        with Progress() as progress:
            ended = watch(sagemaker, arn, progress)
    except KeyboardInterrupt:
        print(
            f"\nThe execution goes on. To watch it again:\n  mlops run pipeline {student_id} --execution {arn}\n"
            f"To stop it:\n  aws sagemaker stop-pipeline-execution --pipeline-execution-arn {arn}",
            file=sys.stderr,
        )
        return 130
    report(sagemaker, ended, clients.client("s3", args.region))
    return _EXIT_CODES.get(ended.status, 1)


def watch(sagemaker: Any, arn: str, progress: Progress, polling: Polling = _POLLING) -> Execution:
    """Shows the execution until it ends."""
    return polling.until(lambda: executions.read(sagemaker, arn), lambda found: not found.running, progress.show)


def report(sagemaker: Any, ended: Execution, s3: Any) -> None:
    """Prints the outcome: the registered version with its metrics, or each failed step's reason and its job's log."""
    if ended.status == "Succeeded":
        print("Succeeded")
        registered = [step.package for step in ended.steps if step.package]
        for arn in registered:
            print(model_packages.summary(model_packages.read(sagemaker, s3, arn)))
        if not registered:
            print("No model version was registered.")
        return
    print(f"{ended.status}: {ended.failure or 'no reason was given'}", file=sys.stderr)
    for step in ended.steps:
        if step.status != "Failed":
            continue
        reason = executions.job_failure(sagemaker, step)
        if reason and reason not in (step.failure or ""):
            print(f"  {step.name}: {reason}", file=sys.stderr)
        if step.job:
            print(f"  its log: mlops logs {step.job}", file=sys.stderr)


def _parameters(pairs: list[str]) -> Mapping[str, str]:
    parameters: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise UsageError(f"parameter {pair!r} is not of the form NAME=VALUE, e.g. -p AucThreshold=0.9")
        parameters[name] = value
    return parameters
