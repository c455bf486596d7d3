"""Why a transform job failed, down to the line: its reason, its data log, and the row that the model refused."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.errors import error_code
from mlops.aws.s3 import split_uri
from mlops.aws.transform_jobs import Job

__all__ = ["Row", "bad_row", "data_log"]

_GROUP = "/aws/sagemaker/TransformJobs"
_SHOWN_LINES = 20
_LOG_LINE = re.compile(r"^\S+:\[sagemaker logs\]: (?P<source>.+?): (?P<text>.*)$")
_ROW = re.compile(r"\brow (\d+)\b")
_LINES = re.compile(r"\blines (\d+)-(\d+)\b")
_COLUMNS = re.compile(r"Expected (\d+) columns, got \d+\b")  # the CSV reader's words: it counts values, not rows
_EMPTY = " is empty"
_MEBIBYTE = 1024**2
_DEFAULT_PAYLOAD_MB = 6


@dataclass(frozen=True)
class Row:
    """A row: its object, its line (from 1) and its text."""

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


def bad_row(s3: Any, job: Job, log: list[str]) -> Row | None:
    """The row behind the model's message, where it can be told.

    The message counts rows in one request, so that the first line of that request is needed: the data log or the reason
    names it, or the whole object went in one request.
    """
    for source, text in _entries(log):
        row, columns = _ROW.search(text), _COLUMNS.search(text)
        if not row and not columns:
            continue
        said = " ".join([job.failure or "", *(text for about, text in _entries(log) if about == source)])
        lines = _LINES.search(said)
        uri = f"s3://{source}"
        if lines is None and not _fits_one_request(s3, job, uri):
            return None
        rows = _rows_of(s3, uri, int(lines[1]) if lines else 1, int(lines[2]) if lines else None)
        if row and _EMPTY in text:
            return next((each for each in rows if not each.text.strip()), None)
        rows = (each for each in rows if each.text.strip())  # a model of before does not count empty lines as rows
        if row:
            return next(islice(rows, int(row[1]) - 1, None), None)
        if columns and not _filtered(job):
            return next((each for each in rows if len(next(csv.reader([each.text]))) != int(columns[1])), None)
    return None


def _filtered(job: Job) -> bool:
    """Whether the model gets something else than the row."""
    return bool(job.described.get("DataProcessing", {}).get("InputFilter", "$") != "$")


def _entries(log: list[str]) -> Iterator[tuple[str, str]]:
    for line in log:
        if match := _LOG_LINE.match(line):
            yield match["source"], match["text"]


def _fits_one_request(s3: Any, job: Job, uri: str) -> bool:
    if job.described.get("BatchStrategy") == "SingleRecord":
        return False
    bucket, key = split_uri(uri)
    limit = job.described.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB) * _MEBIBYTE
    return bool(s3.head_object(Bucket=bucket, Key=key)["ContentLength"] <= limit)


def _rows_of(s3: Any, uri: str, first: int, last: int | None) -> Iterator[Row]:
    """The lines from `first` to `last`, both from 1."""
    bucket, key = split_uri(uri)
    for number, line in enumerate(s3.get_object(Bucket=bucket, Key=key)["Body"].iter_lines(), start=1):
        if last is not None and number > last:
            return
        if number >= first:
            yield Row(uri, number, line.decode("utf-8", "replace"))
