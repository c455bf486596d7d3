"""Task 3: a completed batch transform, line by line, whose predictions lie in the bucket."""

from __future__ import annotations

import json
import math
from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.s3 import split_uri
from mlops.validate.account import Account
from mlops.validate.objects import Stored, as_it_was, lines, present
from mlops.validate.results import CheckFailed, Evidence, Result
from mlops.validate.search import Listing, find

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "Batch transform"
REMEDY = "python python/batch_transform.py {student_id} xgboost-model-{student_id}"
BUILT = True

_JOBS = Listing("transform job", "list_transform_jobs", "TransformJobSummaries", "TransformJob", done="Completed")
# Larger outputs are not read, only found.
_READ_BYTES = 64 * 1024**2
_INPUT, _OUTPUT = "data/batch-input/", "batch-output/"


def check(account: Account) -> Result:
    """The newest of the student's transform jobs that satisfies the assessment; the newest one's fault otherwise."""
    remedy = REMEDY.format(student_id=account.student_id)
    return find(account, _JOBS, lambda summary: _examined(account, _JOBS.name(summary), remedy), remedy)


def _examined(account: Account, name: str, remedy: str) -> Result:
    job = account.ask("sagemaker", "describe_transform_job", TransformJobName=name)
    foreign = account.ownership.check(name, job["TransformJobArn"], job)
    fault = _fault(account, job) or foreign or _model_fault(account, job["ModelName"]) or _output_fault(account, job)
    if fault:
        raise CheckFailed(fault, remedy, _evidence(job))
    return Result(True, f"predictions are in {job['TransformOutput']['S3OutputPath']}", (_evidence(job),))


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
    return None


def _model_fault(account: Account, name: str) -> str | None:
    """What is wrong with the model that made the predictions."""
    try:
        model = account.ask("sagemaker", "describe_model", ModelName=name)
    except ClientError:
        return f"the model {name} does not exist any more"
    containers = [model.get("PrimaryContainer", {}), *model.get("Containers", [])]
    packages = [container["ModelPackageName"] for container in containers if "ModelPackageName" in container]
    try:
        registered = [
            account.ask("sagemaker", "describe_model_package", ModelPackageName=package) for package in packages
        ]
    except ClientError:
        return f"the model {name} is of a registered version that does not exist any more"
    return account.ownership.check_named(name, model["ModelArn"], model, *registered)


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
