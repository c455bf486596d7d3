"""``mlops run tuning``: prepares the splits, starts a tuning job, watches its trials, and reports the best."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops.aws import clients, executions, model_packages, names, tuning_jobs
from mlops.aws.errors import UsageError
from mlops.aws.polling import Polling
from mlops.aws.roles import check_role, check_role_arn
from mlops.commands import run_pipeline
from mlops.commands.arguments import positive
from mlops.commands.display.steps import Progress
from mlops.commands.display.trials import Table, short
from mlops.commands.tuning import best, channels, leaderboard, published
from mlops.commands.tuning.caution import caution
from mlops.commands.tuning.importance import importances

__all__ = ["HELP", "PATH", "configure", "execute", "main", "watch"]

PATH: tuple[str, ...] = ("run", "tuning")
HELP = "tune the hyperparameters (or go on watching a tuning job) and show each trial as it ends"

_POLLING = Polling(last_seconds=10.0)


def configure(parser: argparse.ArgumentParser) -> None:
    """The student, the role, what to watch, and what to do with the best trial."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    _options(parser)
    parser.add_argument("--role", metavar="ARN", dest="role_arn", help="role of the trials (default: Terraform's)")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--job", metavar="NAME", help="watch and report this tuning job instead of starting one")
    parser.add_argument("--trials", type=positive, metavar="N", help="how many trials (default: Terraform's)")
    parser.add_argument("--parallel", type=positive, metavar="N", help="trials at a time (default: Terraform's)")
    parser.add_argument("--rounds", type=positive, metavar="N", help="boosting rounds a trial (default: Terraform's)")
    parser.add_argument("--no-wait", action="store_true", help="start, print the tuning job's name, and return at once")
    parser.add_argument("--register-best", action="store_true", help="register the best trial's model as a new version")
    parser.add_argument("--use-best", action="store_true", help="run the pipeline with the best hyperparameters")
    parser.add_argument("--bucket", help="where the request is (default: sagemaker-STUDENT_ID)")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="for leaderboard and plot (default: build/tuning/NAME)"
    )
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def main(argv: Sequence[str] | None = None) -> int:
    """The assessment's entry point: ``hyperparameter_tuning.py STUDENT_ID ROLE_ARN``."""
    parser = argparse.ArgumentParser(prog="hyperparameter_tuning.py", description=HELP)
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument(
        "role_arn", metavar="ROLE_ARN", help="role of the trials: terraform output -raw tuning_role_arn"
    )
    _options(parser)
    return execute(parser.parse_args(argv))


def execute(args: argparse.Namespace) -> int:
    """Exit code 0 for Completed, 1 for Failed or Stopped, 130 after Ctrl-C (the tuning job goes on)."""
    student_id = names.check_student_id(args.student_id)
    if args.no_wait and (args.job or args.register_best or args.use_best):
        raise UsageError("--no-wait returns before there is a best trial: it goes with none of the other options")
    if args.job and (args.trials or args.parallel or args.rounds):
        raise UsageError("--job watches a tuning job that was started: it takes no --trials, --parallel or --rounds")
    if args.role_arn:
        check_role_arn(args.role_arn, "tuning_role_arn")
    folder = args.output or Path("build", "tuning")
    if not args.no_wait:
        leaderboard.prepare(folder)
    sagemaker, s3 = clients.client("sagemaker", args.region), clients.client("s3", args.region)
    requests = published.read_published(s3, args.bucket or names.bucket_name(student_id), student_id)
    if args.role_arn and args.role_arn != requests.role_arn:
        check_role(clients.client("iam", args.region), args.role_arn, "tuning_role_arn")
        requests = requests.with_role(args.role_arn)
    requests = requests.changed(args.trials, args.parallel, args.rounds)
    name = args.job
    if args.use_best and (unknown := best.unknown_to_the_pipeline(_ranges(requests.request))):
        raise UsageError(
            f"the pipeline has no parameter for {', '.join(unknown)}, which is tuned: leave out --use-best"
        )
    if name is None:
        channels.ensure(sagemaker, s3, requests, student_id, _say)
        name = tuning_jobs.start(sagemaker, requests.request, student_id)
    _say(name)
    if args.no_wait:
        return 0
    try:
        with Table() as table:
            ended = watch(sagemaker, name, table)
    except KeyboardInterrupt:
        print(
            f"\nThe tuning job goes on. To watch it again:\n  mlops run tuning {student_id} --job {name}\n"
            f"To stop it:\n  aws sagemaker stop-hyper-parameter-tuning-job --hyper-parameter-tuning-job-name {name}",
            file=sys.stderr,
        )
        return 130
    code = _report(ended, args.output or folder / name, student_id)
    if code == 0 and args.register_best:
        arn = best.register(sagemaker, ended, requests, names.model_package_group(student_id))
        registered = model_packages.read(sagemaker, s3, arn)
        print(f"Registered {registered.group} version {registered.version}: {registered.approval}\n  {arn}")
    if code == 0 and args.use_best:
        return _run_pipeline(sagemaker, s3, student_id, ended)
    return code


def watch(sagemaker: Any, name: str, table: Table, polling: Polling = _POLLING) -> tuning_jobs.TuningJob:
    """Shows the trials until the job ends."""
    return polling.until(lambda: tuning_jobs.read(sagemaker, name), lambda found: not found.running, table.show)


def _report(ended: tuning_jobs.TuningJob, folder: Path, student_id: str) -> int:
    """Prints the outcome and saves the trials; the exit code."""
    if ended.status != "Completed":
        reason = ended.described.get("FailureReason", "somebody stopped it")
        print(f"{ended.status}: {reason}", file=sys.stderr)
        for trial in (trial for trial in ended.trials if trial.status == "Failed"):
            print(f"  {trial.name}: {trial.failure}\n  its log: mlops logs {trial.name}", file=sys.stderr)
            break
    if ended.best is None:
        return 0 if ended.status == "Completed" else 1
    found = ended.best
    if warning := caution(ended.described, ended.metric):
        print(warning, file=sys.stderr)
    print(f"Best training job: {found.name}\n  {ended.metric} {found.objective}")
    values = " ".join(f"{name}={short(value)}" for name, value in sorted(found.parameters.items()))
    columns = max(shutil.get_terminal_size().columns, 40)
    print(textwrap.fill(values, columns - 1, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False))
    print(textwrap.fill(_mattered(ended), columns - 1, subsequent_indent="  ", break_on_hyphens=False))
    table, picture = leaderboard.save(ended, folder)
    print(f"Saved {table} and {picture}")
    if ended.status != "Completed":
        return 1
    if best.unknown_to_the_pipeline(_ranges(ended.described)):
        return 0
    given = " ".join(f"-p {shlex.quote(f'{n}={v}')}" for n, v in best.pipeline_parameters(ended).items())
    print(f"To train, judge and register with these:\n  mlops run pipeline {student_id} {given}")
    return 0


def _ranges(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a tuning job searches; nothing where it has several training definitions with ranges of their own."""
    ranges: Mapping[str, Any] = request["HyperParameterTuningJobConfig"].get("ParameterRanges", {})
    return ranges


def _mattered(ended: tuning_jobs.TuningJob) -> str:
    found = importances(ended.trials)
    if found.untold:
        return f"What mattered cannot be told: {found.untold}."
    shares = ", ".join(f"{each.name} ({each.explained:.0%})" for each in found.ranked if each.explained)
    return f"What mattered (share of the variance explained): {shares}"


def _run_pipeline(sagemaker: Any, s3: Any, student_id: str, ended: tuning_jobs.TuningJob) -> int:
    arn = executions.start(sagemaker, names.pipeline_name(student_id), best.pipeline_parameters(ended))
    _say(arn)
    with Progress() as progress:
        finished = run_pipeline.watch(sagemaker, arn, progress)
    run_pipeline.report(sagemaker, finished, s3)
    return 0 if finished.status == "Succeeded" else 1


def _say(text: str) -> None:
    print(text, flush=True)
