"""Task 3: a completed batch transform, line by line, whose predictions lie in the bucket."""

from __future__ import annotations

import json
import math
from typing import Any

from mlops.operate.package import split_uri
from mlops.validate.account import Account, Evidence, Miss, Result
from mlops.validate.objects import Stored, as_it_was, lines, present

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Batch transform"
REMEDY = "python python/batch_transform.py {student_id} xgboost-model-{student_id}"

# Larger outputs are not read, only found.
_READ_BYTES = 64 * 1024**2
_INPUT, _OUTPUT = "data/batch-input/", "batch-output/"


def check(account: Account) -> Result:
    """The newest of the student's transform jobs that satisfies the assessment; the newest one's fault otherwise."""
    remedy = REMEDY.format(student_id=account.student_id)
    jobs = account.every(
        "sagemaker",
        "list_transform_jobs",
        "TransformJobSummaries",
        NameContains=account.student_id,
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    first: Miss | None = None
    for summary in jobs:
        if not account.is_hers(summary["TransformJobName"], summary["TransformJobArn"]):
            continue
        job = account.ask("sagemaker", "describe_transform_job", TransformJobName=summary["TransformJobName"])
        fault = _fault(account, job)
        if fault is None:
            return Result(True, f"predictions are in {job['TransformOutput']['S3OutputPath']}", (_evidence(job),))
        first = first or Miss(fault, remedy, _evidence(job))
    raise first or Miss(f"no transform job has {account.student_id} in its name", remedy)


def _fault(account: Account, job: dict[str, Any]) -> str | None:
    if job["TransformJobStatus"] != "Completed":
        return f"the transform job is {job['TransformJobStatus']}: {job.get('FailureReason', 'not Completed')}"
    model = f"xgboost-model-{account.student_id}"
    if job["ModelName"] != model:
        return f"the transform job uses the model {job['ModelName']}, not {model}"
    if job["TransformInput"].get("SplitType") != "Line" or job["TransformOutput"].get("AssembleWith") != "Line":
        return "the transform job does not split and assemble by line"
    source = job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    if not (_key(source).rstrip("/") + "/").startswith(_INPUT):
        return f"the transform job reads {source}, not what lies under {_INPUT}"
    target = job["TransformOutput"]["S3OutputPath"]
    if not (_key(target) + "/").startswith(_OUTPUT):
        return f"the transform job writes to {target}, not under {_OUTPUT}"
    for uri in (source, target):
        if not account.owns_bucket(_bucket(uri)):
            return f"the transform job uses {uri}, which is not in sagemaker-{account.student_id}"
    return _output_fault(account, job)


def _output_fault(account: Account, job: dict[str, Any]) -> str | None:
    """What is wrong with the predictions: each object that was there has its own, with a line for each of its rows."""
    source = job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    target = job["TransformOutput"]["S3OutputPath"].rstrip("/") + "/"
    outputs = present(account, target)
    if not any(size for key, size in outputs.items() if key.endswith(".out")):
        return f"there are no predictions under {target}"
    folder = _key(source) if source.endswith("/") else _key(source).rpartition("/")[0] + "/"
    before, added = as_it_was(account, source, job["CreationTime"])
    for key in added:
        if f"{_key(target)}{key.removeprefix(folder)}.out" in outputs:
            return f"{key} was replaced after the transform job read it: run another"
    if not any(each.size for each in before):
        return f"what the transform job read under {source} is gone: run another"
    for given in before:
        output = f"{_key(target)}{given.key.removeprefix(folder)}.out"
        if fault := _object_fault(account, job, given, Stored(_bucket(target), output, outputs.get(output, 0))):
            return fault
    return None


def _object_fault(account: Account, job: dict[str, Any], given: Stored, made: Stored) -> str | None:
    """What is wrong with one object's predictions; an object without rows needs none."""
    large = given.size + made.size > _READ_BYTES or given.key.endswith(".gz")
    rows = [] if large else lines(account, given)
    if made.size == 0:
        return f"{given.key} has no predictions: there is no {made.key}" if large or rows else None
    if large:
        return None
    predictions = lines(account, made)
    if len(rows) != len(predictions):
        return f"{given.key} has {len(rows)} rows, and {made.key} {len(predictions)} predictions"
    if "OutputFilter" in job.get("DataProcessing", {}):  # which may keep anything
        return None
    bad = next((line for line in predictions if not _predicts(line)), None)
    return None if bad is None else f"{made.key} has a line that is no prediction: {bad[:80]!r}"


def _predicts(line: str) -> bool:
    """Whether a line is JSON, or comma separated with a number at its end (before which the row may stand)."""
    try:
        return math.isfinite(float(line.rpartition(",")[2]))
    except ValueError:
        pass
    try:
        return isinstance(json.loads(line), dict | list)
    except ValueError:
        return False


def _bucket(uri: str) -> str:
    return split_uri(uri)[0]


def _key(uri: str) -> str:
    return split_uri(uri)[1]


def _evidence(job: dict[str, Any]) -> Evidence:
    return Evidence(
        job["TransformJobArn"], job["TransformJobStatus"], job.get("TransformEndTime") or job["CreationTime"]
    )
