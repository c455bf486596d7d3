"""Task 3: a completed batch transform, line by line, whose predictions lie in the bucket."""

from __future__ import annotations

from typing import Any

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Batch transform"
REMEDY = "aws sagemaker create-transform-job --transform-job-name batch-transform-{student_id}-1 …"


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
    bucket, _, prefix = job["TransformOutput"]["S3OutputPath"].removeprefix("s3://").partition("/")
    if not prefix.startswith("batch-output"):
        return f"the transform job writes to {prefix or 'the top of the bucket'}, not under batch-output/"
    listed = account.every("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    if not any(each["Key"].endswith(".out") and each["Size"] > 0 for each in listed):
        return f"there are no predictions under s3://{bucket}/{prefix}"
    return None


def _evidence(job: dict[str, Any]) -> Evidence:
    return Evidence(
        job["TransformJobArn"], job["TransformJobStatus"], job.get("TransformEndTime") or job["CreationTime"]
    )
