"""Task 3: a completed batch transform, line by line, whose predictions lie in the bucket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Batch transform"
REMEDY = "python python/batch_transform.py {student_id} xgboost-model-{student_id}"

# Larger outputs are not read, only found.
_READ_BYTES = 64 * 1024**2


def check(account: Account) -> Result:
    """The newest of the student's transform jobs that satisfies the assessment; the newest one's fault otherwise."""
    remedy = REMEDY.format(student_id=account.student_id)
    jobs = [
        account.ask("sagemaker", "describe_transform_job", TransformJobName=job["TransformJobName"])
        for job in account.every(
            "sagemaker",
            "list_transform_jobs",
            "TransformJobSummaries",
            NameContains=account.student_id,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        if account.is_hers(job["TransformJobName"], job["TransformJobArn"])
    ]
    if not jobs:
        raise Miss(f"no transform job has {account.student_id} in its name", remedy)
    faults = [_fault(account, job) for job in jobs]
    if None not in faults:
        raise Miss(f"{faults[0]}", remedy, _evidence(jobs[0]))
    job = jobs[faults.index(None)]
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
    if not _key(source).startswith("data/batch-input"):
        return f"the transform job reads {source}, not what lies under data/batch-input/"
    target = job["TransformOutput"]["S3OutputPath"]
    if not (_key(target) + "/").startswith("batch-output/"):
        return f"the transform job writes to {target}, not under batch-output/"
    return _output_fault(account, source, target, job["CreationTime"])


def _output_fault(account: Account, source: str, target: str, created: datetime) -> str | None:
    """What is wrong with the predictions: each object that was there has its own, with a line for each of its lines."""
    written = _objects(account, target.rstrip("/") + "/")
    outputs = {key: size for key, size in written.items() if key.endswith(".out") and size > 0}
    if not outputs:
        return f"there are no predictions under {target}/"
    folder = _key(source) if source.endswith("/") else _key(source).rpartition("/")[0] + "/"
    for key, size in _objects(account, source, until=created).items():
        expected = f"{_key(target).rstrip('/')}/{key.removeprefix(folder)}.out"
        if expected not in outputs:
            return f"{key} has no predictions: there is no {expected}"
        if size + outputs[expected] > _READ_BYTES or key.endswith(".gz"):
            continue
        rows, predictions = _lines(account, source, key), _lines(account, target, expected)
        if rows != predictions:
            return f"{key} has {rows} rows, and {expected} {predictions} predictions"
    return None


def _objects(account: Account, uri: str, until: datetime | None = None) -> dict[str, int]:
    """Key → bytes of the objects under a prefix that were written by `until`, folders left out."""
    bucket = uri.removeprefix("s3://").partition("/")[0]
    listed = account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=_key(uri))
    return {
        each["Key"]: each["Size"]
        for each in listed
        if not each["Key"].endswith("/") and (until is None or each["LastModified"] <= until)
    }


def _lines(account: Account, uri: str, key: str) -> int:
    bucket = uri.removeprefix("s3://").partition("/")[0]
    return len(account.content(f"s3://{bucket}/{key}").splitlines())


def _key(uri: str) -> str:
    return uri.removeprefix("s3://").partition("/")[2]


def _evidence(job: dict[str, Any]) -> Evidence:
    return Evidence(
        job["TransformJobArn"], job["TransformJobStatus"], job.get("TransformEndTime") or job["CreationTime"]
    )
