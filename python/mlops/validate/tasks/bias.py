"""Task 7: pre-training and post-training bias was analysed."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, Evidence, NotOwnedError, Result
from mlops.validate.search import Listing, find

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "Clarify"
REMEDY = "aws sagemaker create-processing-job --processing-job-name clarify-{student_id}-1 …"
BUILT = False

_JOBS = Listing("bias analysis", "list_processing_jobs", "ProcessingJobSummaries", "ProcessingJob", done="Completed")
_SECTIONS = ("pre_training_bias_metrics", "post_training_bias_metrics")


def check(account: Account) -> Result:
    """A completed processing job of the student's whose analysis.json holds both kinds of bias metrics."""
    remedy = REMEDY.format(student_id=account.student_id)
    return find(account, _JOBS, lambda summary: _examined(account, summary, remedy), remedy)


def _examined(account: Account, summary: dict[str, Any], remedy: str) -> Result:
    name = _JOBS.name(summary)
    if summary["ProcessingJobStatus"] != "Completed":
        raise NotOwnedError("")
    job = account.ask("sagemaker", "describe_processing_job", ProcessingJobName=name)
    foreign = account.ownership.check(name, job["ProcessingJobArn"], job)
    found = [uri for uri in _analysis_uris(job) if account.ownership.foreign(uri) is None and account.stored(uri)]
    if not found:  # a processing job of another purpose
        raise NotOwnedError("")
    evidence = Evidence(job["ProcessingJobArn"], "Completed", job["ProcessingEndTime"])
    if foreign:
        raise CheckFailed(foreign, remedy, evidence)
    for uri in found:
        if all(_sections(account, uri).get(section, {}).get("facets") for section in _SECTIONS):
            return Result(True, f"pre- and post-training bias in {uri}", (evidence,))
    raise CheckFailed(f"{found[0]} does not have both pre-training and post-training bias metrics", remedy, evidence)


def _analysis_uris(job: dict[str, Any]) -> list[str]:
    outputs = job.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return [f"{output['S3Output']['S3Uri'].rstrip('/')}/analysis.json" for output in outputs if "S3Output" in output]


def _sections(account: Account, uri: str) -> dict[str, Any]:
    try:
        document = json.loads(account.content(uri))
    except (ClientError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
