"""``mlops run transform`` and ``python/batch_transform.py``: predictions for every row of objects in S3."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws import clients, names, transform_jobs
from mlops.aws.errors import UsageError, UserError, error_code, is_not_found
from mlops.aws.polling import Polling
from mlops.aws.published import published_request
from mlops.aws.s3 import bucket_exists, count_lines, objects_under, split_uri
from mlops.aws.transform_jobs import Job
from mlops.commands.arguments import instance_type, positive, whole_number
from mlops.commands.display.live import Live
from mlops.commands.transform import failure, request

__all__ = ["HELP", "PATH", "configure", "execute", "main", "watch"]

PATH: tuple[str, ...] = ("run", "transform")
HELP = (
    "transform the rows under a prefix with a model (or go on watching a job), show progress, say what failed and why"
)

_POLLING = Polling(last_seconds=10.0)
_MOST_MEGABYTES = 100
_LONGEST_ROW = 300
_COUNTED_BYTES = 512 * 1024**2


def configure(parser: argparse.ArgumentParser) -> None:
    """The student, what to transform, and how."""
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument("--model", help="SageMaker model (default: xgboost-model-STUDENT_ID)")
    _options(parser)


def execute(args: argparse.Namespace) -> int:
    """Exit code 0 for Completed, 1 for Failed or Stopped, 130 after Ctrl-C (the job goes on)."""
    student_id = names.check_student_id(args.student_id)
    sagemaker, s3 = clients.client("sagemaker", args.region), clients.client("s3", args.region)
    if args.job:
        _refuse_with_job(args)
        name = str(args.job).rsplit("/", 1)[-1]
        transform_jobs.read(sagemaker, name)
    else:
        name = _start(args, student_id, sagemaker, s3)
    print(name, flush=True)
    if args.no_wait:
        return 0
    try:
        with Live(sys.stdout, shutil.get_terminal_size().columns) as live:
            ended = watch(sagemaker, s3, name, live)
    except KeyboardInterrupt:
        print(
            f"\nThe job goes on. To watch it again:\n  mlops run transform {student_id} --job {name}\n"
            f"To stop it:\n  aws sagemaker stop-transform-job --transform-job-name {name}",
            file=sys.stderr,
        )
        return 130
    return _report(ended, s3, clients.client("logs", args.region))


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point ``batch_transform.py STUDENT_ID MODEL_NAME``; the exit code."""
    parser = argparse.ArgumentParser(prog="batch_transform.py", description=HELP[0].upper() + HELP[1:] + ".")
    parser.add_argument("student_id", metavar="STUDENT_ID")
    parser.add_argument("model", metavar="MODEL_NAME", help="SageMaker model, e.g. xgboost-model-STUDENT_ID")
    _options(parser)
    return execute(parser.parse_args(argv))


def watch(sagemaker: Any, s3: Any, name: str, live: Live, polling: Polling = _POLLING) -> Job:
    """Shows the job until it ends: how many objects are done, in place on a terminal, one line a change elsewhere."""
    shown = ""
    wanted: int | None = None

    def show(snapshot: Job) -> None:
        nonlocal shown, wanted
        if wanted is None:
            wanted = _count(s3, snapshot.source)
        done = _count(s3, snapshot.target + "/", ".out")
        state = f"  {snapshot.status:<10}  {_number(done)} of {_number(wanted)} objects"
        running = [snapshot] if snapshot.running else []
        live.draw(lambda: [f"{state}  {each.seconds():.0f} s" for each in running])
        if not running or (state != shown and not live.terminal):
            live.line(f"{state}  {snapshot.seconds():.0f} s", snapshot.status)
        shown = state

    return polling.until(lambda: transform_jobs.read(sagemaker, name), lambda snapshot: not snapshot.running, show)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input", metavar="PREFIX", help="s3:// URI or key prefix of the rows (default: data/batch-input/)"
    )
    parser.add_argument("--output", metavar="PREFIX", help="where the job writes its folder (default: batch-output)")
    parser.add_argument(
        "--join", action=argparse.BooleanOptionalAction, help="write each input row before its prediction"
    )
    parser.add_argument("--input-filter", metavar="JSONPATH", help="what of a row the model gets, e.g. '$[1:]'")
    parser.add_argument(
        "--output-filter", metavar="JSONPATH", help="what of row and prediction is kept, e.g. '$[0,-1]'"
    )
    parser.add_argument("--strategy", choices=["MultiRecord", "SingleRecord"], help="many rows a request, or one")
    parser.add_argument("--payload", type=_megabytes, metavar="MB", help="largest request, 1 to 100 MB")
    parser.add_argument("--concurrent", type=positive, metavar="N", help="requests at a time")
    parser.add_argument("--instance-type", type=instance_type, metavar="TYPE", help="e.g. ml.m5.large")
    parser.add_argument("--job", metavar="NAME", help="watch this job instead of starting one")
    parser.add_argument("--no-wait", action="store_true", help="start, print the job's name, and return at once")
    parser.add_argument("--bucket", help="the student's bucket (default: sagemaker-STUDENT_ID)")
    parser.add_argument("--region", help="AWS region (default: the environment's)")


def _megabytes(text: str) -> int:
    return whole_number(text, 1, _MOST_MEGABYTES)


def _start(args: argparse.Namespace, student_id: str, sagemaker: Any, s3: Any) -> str:
    bucket = args.bucket or names.bucket_name(student_id)
    changes = request.Changes(
        model=args.model,
        source=args.input,
        target=args.output,
        instance_type=args.instance_type,
        strategy=args.strategy,
        payload_mb=args.payload,
        concurrent=args.concurrent,
        join=args.join,
        input_filter=args.input_filter,
        output_filter=args.output_filter,
    )
    base = published_request(s3, bucket, names.transform_request_key(student_id))
    made = request.build(base, changes, bucket, "x")
    payload, concurrent = made.get("MaxPayloadInMB", 0), made.get("MaxConcurrentTransforms", 0)
    if payload * concurrent > _MOST_MEGABYTES:
        raise UsageError(
            f"{concurrent} requests at a time of {payload} MB are {payload * concurrent} MB, and SageMaker holds "
            f"{_MOST_MEGABYTES} MB at a time: lower --concurrent or --payload"
        )
    source = made["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    for option, named in (("--input", source), ("--output", made["TransformOutput"]["S3OutputPath"])):
        if not bucket_exists(s3, split_uri(named)[0]):
            raise UserError(f"there is no bucket {split_uri(named)[0]!r}: name another with {option}")
    if not any(True for _ in objects_under(s3, source)):
        raise UserError(
            f"there is nothing to transform under {source}: put CSV rows there, without a header, in the order of the "
            f"schema's features (aws s3 cp rows.csv {source.rstrip('/')}/)"
        )
    return transform_jobs.start(
        sagemaker,
        lambda name: {**request.build(base, changes, bucket, name), "Tags": names.tags(student_id)},
        lambda: request.job_name(student_id, datetime.now(UTC)),
    )


def _refuse_with_job(args: argparse.Namespace) -> None:
    given = [
        f"--{name.replace('_', '-')}"
        for name in ("input", "output", "join", "input_filter", "output_filter", "strategy", "payload", "concurrent")
        if getattr(args, name) is not None
    ]
    if given or args.no_wait:
        raise UsageError(f"--job watches a job that runs: it takes no {given[0] if given else '--no-wait'}")


def _count(s3: Any, uri: str, ending: str = "") -> int | None:
    """How many objects lie under a prefix; None where the caller cannot look, which is for the job to say."""
    try:
        return sum(found.key.endswith(ending) for found in objects_under(s3, uri))
    except ClientError as error:
        if is_not_found(error) or error_code(error) == "AccessDenied":
            return None
        raise


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)


def _report(ended: Job, s3: Any, cloudwatch: Any) -> int:
    if ended.status == "Completed":
        bucket, _ = split_uri(ended.target)
        written = list(objects_under(s3, ended.target + "/"))
        size = sum(found.bytes for found in written)
        rows = ""
        if size <= _COUNTED_BYTES:  # counting is reading
            rows = f", {sum(count_lines(s3, bucket, found.key) for found in written)} rows"
        print(f"Completed: {len(written)} objects{rows} in {ended.seconds():.0f} s\n{ended.target}/")
        return 0
    print(f"{ended.status}: {ended.failure or 'it was stopped'}", file=sys.stderr)
    log = failure.data_log(cloudwatch, ended.name)
    if row := failure.bad_row(s3, ended, log):
        print(f"  {row.uri}, line {row.line}: {row.text[:_LONGEST_ROW]}", file=sys.stderr)
    for line in log:
        print(f"  {line}", file=sys.stderr)
    return 1
