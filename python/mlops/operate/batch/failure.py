"""Why a transform job failed, down to the line: its reason, its data log, and the row that the model refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from mlops.operate.batch.job import Job, split
from mlops.operate.errors import error_code

__all__ = ["BadRow", "bad_row", "data_log"]

_GROUP = "/aws/sagemaker/TransformJobs"
_SHOWN_LINES = 20
_LOG_LINE = re.compile(r"^\S+:\[sagemaker logs\]: (?P<source>.+?): (?P<text>.*)$")
_ROW = re.compile(r"\brow (\d+)\b")
_LINES = re.compile(r"\blines (\d+)-\d+\b")
_MEBIBYTE = 1024**2
_DEFAULT_PAYLOAD_MB = 6
_LONGEST_ROW = 300


@dataclass(frozen=True)
class BadRow:
    """The row that the model refused: its object, its line (from 1) and its text."""

    uri: str
    line: int
    text: str


def data_log(cloudwatch: Any, name: str) -> list[str]:
    """The last lines of the job's data log, in which SageMaker says what happened to which object."""
    found: list[str] = []
    try:
        streams = cloudwatch.describe_log_streams(logGroupName=_GROUP, logStreamNamePrefix=f"{name}/")["logStreams"]
        for stream in streams:
            if stream["logStreamName"].endswith("/data-log"):
                events = cloudwatch.get_log_events(
                    logGroupName=_GROUP, logStreamName=stream["logStreamName"], limit=1000, startFromHead=False
                )["events"]
                found += [event["message"] for event in events]
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":  # a job that failed early has no log
            raise
    return [line for line in found if line.strip()][-_SHOWN_LINES:]


def bad_row(s3: Any, job: Job, log: list[str]) -> BadRow | None:
    """The row behind the model's message, where it can be told.

    The message counts rows in one request, so that the first line of that request is needed: the data log or the reason
    names it, or the whole object went in one request.
    """
    for source, text in _entries(log):
        if not (row := _ROW.search(text)):
            continue
        said = " ".join([job.failure or "", *(text for about, text in _entries(log) if about == source)])
        first = _LINES.search(said)
        uri = f"s3://{source}"
        if first is None and not _fits_one_request(s3, job, uri):
            return None
        return _row_of(s3, uri, int(first[1]) if first else 1, int(row[1]))
    return None


def _entries(log: list[str]) -> Iterator[tuple[str, str]]:
    for line in log:
        if match := _LOG_LINE.match(line):
            yield match["source"], match["text"]


def _fits_one_request(s3: Any, job: Job, uri: str) -> bool:
    if job.described.get("BatchStrategy") == "SingleRecord":
        return False
    bucket, key = split(uri)
    limit = job.described.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB) * _MEBIBYTE
    return bool(s3.head_object(Bucket=bucket, Key=key)["ContentLength"] <= limit)


def _row_of(s3: Any, uri: str, first: int, row: int) -> BadRow | None:
    """The `row`th row from line `first` on, both from 1. The model does not count empty lines as rows."""
    bucket, key = split(uri)
    seen = 0
    for number, line in enumerate(s3.get_object(Bucket=bucket, Key=key)["Body"].iter_lines(), start=1):
        seen += number >= first and bool(line.strip())
        if seen == row:
            return BadRow(uri, number, str(line.decode("utf-8", "replace")[:_LONGEST_ROW]))
    return None
