"""Task 7: pre-training and post-training bias was analysed."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Clarify"
REMEDY = "aws sagemaker create-processing-job --processing-job-name clarify-{student_id}-1 …"

_SECTIONS = ("pre_training_bias_metrics", "post_training_bias_metrics")


def check(account: Account) -> Result:
    """A completed processing job of the student's whose analysis.json holds both kinds of bias metrics."""
    remedy = REMEDY.format(student_id=account.student_id)
    jobs = [
        account.ask("sagemaker", "describe_processing_job", ProcessingJobName=job["ProcessingJobName"])
        for job in account.every(
            "sagemaker",
            "list_processing_jobs",
            "ProcessingJobSummaries",
            NameContains=account.student_id,
            StatusEquals="Completed",
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        if account.is_hers(job["ProcessingJobName"], job["ProcessingJobArn"])
    ]
    analyses = [(job, uri) for job in jobs for uri in _analysis_uris(job) if account.stored(uri)]
    if not analyses:
        raise Miss("no completed job of the student's has written an analysis.json", remedy)
    for job, uri in analyses:
        if all(_sections(account, uri).get(section, {}).get("facets") for section in _SECTIONS):
            evidence = Evidence(job["ProcessingJobArn"], "Completed", job["ProcessingEndTime"])
            return Result(True, f"pre- and post-training bias in {uri}", (evidence,))
    raise Miss("no analysis.json has both pre-training and post-training bias metrics", remedy)


def _analysis_uris(job: dict[str, Any]) -> list[str]:
    outputs = job.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return [f"{output['S3Output']['S3Uri'].rstrip('/')}/analysis.json" for output in outputs if "S3Output" in output]


def _sections(account: Account, uri: str) -> dict[str, Any]:
    try:
        document = json.loads(account.content(uri))
    except (ClientError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
