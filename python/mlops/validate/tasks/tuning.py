"""Task 2: a completed tuning job with the assessment's trials, objective and ranges."""

from __future__ import annotations

from typing import Any

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Hyperparameter tuning"
REMEDY = (
    "aws sagemaker create-hyper-parameter-tuning-job --hyper-parameter-tuning-job-name xgboost-tuning-{student_id}-1 …"
)

_RANGES = {
    "max_depth": (3, 10),
    "eta": (0.01, 0.3),
    "subsample": (0.5, 1),
    "colsample_bytree": (0.5, 1),
    "min_child_weight": (1, 10),
}


def check(account: Account) -> Result:
    """The newest of the student's tuning jobs that satisfies the assessment; the newest one's fault otherwise."""
    remedy = REMEDY.format(student_id=account.student_id)
    jobs = [
        account.ask(
            "sagemaker",
            "describe_hyper_parameter_tuning_job",
            HyperParameterTuningJobName=job["HyperParameterTuningJobName"],
        )
        for job in account.every(
            "sagemaker",
            "list_hyper_parameter_tuning_jobs",
            "HyperParameterTuningJobSummaries",
            NameContains=account.student_id,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        if account.is_hers(job["HyperParameterTuningJobName"], job["HyperParameterTuningJobArn"])
    ]
    if not jobs:
        raise Miss(f"no tuning job has {account.student_id} in its name", remedy)
    faults = [_fault(job) for job in jobs]
    if None not in faults:
        raise Miss(f"{faults[0]}", remedy, _evidence(jobs[0]))
    job = jobs[faults.index(None)]
    best = job["BestTrainingJob"]["TrainingJobName"]
    return Result(True, f"10 trials, the best is {best}", (_evidence(job),))


def _fault(job: dict[str, Any]) -> str | None:
    if job["HyperParameterTuningJobStatus"] != "Completed":
        return f"the tuning job is {job['HyperParameterTuningJobStatus']}, not Completed"
    config = job.get("HyperParameterTuningJobConfig", {})
    limits = config.get("ResourceLimits", {})
    if (limits.get("MaxNumberOfTrainingJobs"), limits.get("MaxParallelTrainingJobs")) != (10, 2):
        return "the tuning job does not have 10 trials, 2 in parallel"
    objective = config.get("HyperParameterTuningJobObjective", {})
    if (objective.get("Type"), objective.get("MetricName")) != ("Maximize", "validation:auc"):
        return "the tuning job does not maximise validation:auc"
    ranges = {
        each["Name"]: (float(each["MinValue"]), float(each["MaxValue"]))
        for kind in ("IntegerParameterRanges", "ContinuousParameterRanges")
        for each in config.get("ParameterRanges", {}).get(kind, [])
    }
    for name, (low, high) in _RANGES.items():
        if ranges.get(name) != (low, high):
            return f"the tuning job does not vary {name} from {low} to {high}"
    if not job.get("BestTrainingJob", {}).get("TrainingJobName"):
        return "the tuning job reports no best training job"
    return None


def _evidence(job: dict[str, Any]) -> Evidence:
    return Evidence(
        job["HyperParameterTuningJobArn"],
        job["HyperParameterTuningJobStatus"],
        job.get("HyperParameterTuningEndTime") or job["CreationTime"],
    )
