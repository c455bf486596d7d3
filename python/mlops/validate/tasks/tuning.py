"""Task 2: a completed tuning job with the assessment's trials, objective and ranges, and a best trial with a model."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Hyperparameter tuning"
REMEDY = "mlops run tuning {student_id}"

_TRIALS, _PARALLEL = 10, 2
_RANGES = {
    "max_depth": (3, 10),
    "eta": (0.01, 0.3),
    "subsample": (0.5, 1),
    "colsample_bytree": (0.5, 1),
    "min_child_weight": (1, 10),
}
_XGBOOST = re.compile(r"/(sagemaker-)?xgboost[:@]")


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
    first: Miss | None = None
    for job in jobs:
        fault = _fault(job) or _trials_fault(account, job)
        if fault is None:
            return _passed(account, job)
        first = first or Miss(fault, remedy, _evidence(job))
    assert first is not None
    raise first


def _passed(account: Account, job: dict[str, Any]) -> Result:
    best = job["BestTrainingJob"]
    name, metric = best["TrainingJobName"], best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    trained = account.ask("sagemaker", "describe_training_job", TrainingJobName=name)
    model = trained["ModelArtifacts"]["S3ModelArtifacts"]
    return Result(
        True,
        f"{_TRIALS} trials; the best is {name} with validation:auc {metric:.4f}",
        (_evidence(job), Evidence(model, "stored", account.stored(model))),
    )


def _fault(job: dict[str, Any]) -> str | None:
    """What the tuning job's own description says against it."""
    name, status = job["HyperParameterTuningJobName"], job["HyperParameterTuningJobStatus"]
    if status != "Completed":
        reason = job.get("FailureReason")
        return f"{name} is {status}, not Completed" + (f": {reason}" if reason else "")
    config = job.get("HyperParameterTuningJobConfig", {})
    limits = config.get("ResourceLimits", {})
    if (limits.get("MaxNumberOfTrainingJobs"), limits.get("MaxParallelTrainingJobs")) != (_TRIALS, _PARALLEL):
        return (
            f"{name} is for {limits.get('MaxNumberOfTrainingJobs')} trials, {limits.get('MaxParallelTrainingJobs')} in "
            f"parallel, not for {_TRIALS} and {_PARALLEL}"
        )
    objective = config.get("HyperParameterTuningJobObjective", {})
    if (objective.get("Type"), objective.get("MetricName")) != ("Maximize", "validation:auc"):
        return f"{name} does not maximise validation:auc"
    image = job.get("TrainingJobDefinition", {}).get("AlgorithmSpecification", {}).get("TrainingImage", "")
    if not _XGBOOST.search(image):
        return f"{name} does not train the built-in XGBoost, but {image or 'several algorithms'}"
    return _ranges_fault(name, config.get("ParameterRanges", {}))


def _ranges_fault(name: str, given: dict[str, Any]) -> str | None:
    ranges = {
        each["Name"]: (float(each["MinValue"]), float(each["MaxValue"]))
        for kind in ("IntegerParameterRanges", "ContinuousParameterRanges")
        for each in given.get(kind, [])
    }
    for parameter, (low, high) in _RANGES.items():
        if ranges.get(parameter) != (low, high):
            return f"{name} does not vary {parameter} from {low} to {high}"
    return None


def _trials_fault(account: Account, job: dict[str, Any]) -> str | None:
    """What its trials say against it."""
    name = job["HyperParameterTuningJobName"]
    counters = job.get("TrainingJobStatusCounters", {})
    succeeded = job.get("ObjectiveStatusCounters", {}).get("Succeeded", 0)
    ended = counters.get("Completed", 0) + counters.get("Stopped", 0)
    if min(ended, succeeded) < _TRIALS:
        return f"{name} has {min(ended, succeeded)} trials that gave an objective, not {_TRIALS}"
    best = job.get("BestTrainingJob", {}).get("TrainingJobName")
    if not best:
        return f"{name} reports no best training job"
    try:
        trained = account.ask("sagemaker", "describe_training_job", TrainingJobName=best)
    except ClientError:
        return f"the best training job {best} of {name} does not exist"
    model = trained.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if not model or account.stored(model) is None:
        return f"the model of the best training job {best} is not stored ({model or 'it wrote none'})"
    return None


def _evidence(job: dict[str, Any]) -> Evidence:
    return Evidence(
        job["HyperParameterTuningJobArn"],
        job["HyperParameterTuningJobStatus"],
        job.get("HyperParameterTuningEndTime") or job["CreationTime"],
    )
