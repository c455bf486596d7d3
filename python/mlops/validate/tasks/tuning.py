"""Task 2: a completed tuning job with the assessment's trials, objective and ranges, and a best trial with a model."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, Evidence, Result
from mlops.validate.search import Listing, find
from mlops.validate.stored_models import model_fault

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "Hyperparameter tuning"
REMEDY = "mlops run tuning {student_id}"
BUILT = True

_TRIALS, _PARALLEL = 10, 2
_RANGES = {
    "max_depth": (3, 10),
    "eta": (0.01, 0.3),
    "subsample": (0.5, 1),
    "colsample_bytree": (0.5, 1),
    "min_child_weight": (1, 10),
}
_JOBS = Listing(
    "tuning job",
    "list_hyper_parameter_tuning_jobs",
    "HyperParameterTuningJobSummaries",
    "HyperParameterTuningJob",
    done="Completed",
)
_XGBOOST = re.compile(r"/(sagemaker-)?xgboost[:@]")


def check(account: Account) -> Result:
    """The newest of the student's tuning jobs that satisfies the assessment; the newest one's fault otherwise."""
    remedy = REMEDY.format(student_id=account.student_id)
    return find(account, _JOBS, lambda summary: _examined(account, _JOBS.name(summary), remedy), remedy)


def _examined(account: Account, name: str, remedy: str) -> Result:
    job = account.ask("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=name)
    foreign = account.ownership.check(name, job["HyperParameterTuningJobArn"], job)
    fault = _fault(job) or foreign or _trials_fault(account, job)
    if fault:
        raise CheckFailed(fault, remedy, _evidence(job))
    return _passed(account, job)


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
    if foreign := account.ownership.foreign(trained):
        return f"the best training job {best} uses {foreign}, which is not in {account.ownership.bucket}"
    model = trained.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if not model:
        return f"the best training job {best} wrote no model"
    fault = model_fault(account, model)
    return f"the best training job {best} names its model at {fault}" if fault else None


def _evidence(job: dict[str, Any]) -> Evidence:
    return Evidence(
        job["HyperParameterTuningJobArn"],
        job["HyperParameterTuningJobStatus"],
        job.get("HyperParameterTuningEndTime") or job["CreationTime"],
    )
