"""CreateHyperParameterTuningJob and its siblings."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.iam import Principal
from localaws.services.sagemaker.jobs.checks import check_name_is_free
from localaws.services.sagemaker.jobs.lifecycle import FINAL
from localaws.services.sagemaker.tuning import checks, warm_start
from localaws.services.sagemaker.tuning.controller import Controller
from localaws.services.sagemaker.tuning.described import described_request
from localaws.services.sagemaker.tuning.trials import Trial
from localaws.store.listing import page

if TYPE_CHECKING:
    from localaws.account import Account
    from localaws.services.sagemaker.service import Handler

__all__ = ["OPERATIONS"]

FAMILY = "HyperParameterTuningJob"
NAME = "HyperParameterTuningJobName"
STATUS = "HyperParameterTuningJobStatus"
_NONE_YET = {
    "TrainingJobStatusCounters": dict.fromkeys(
        ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), 0
    ),
    "ObjectiveStatusCounters": dict.fromkeys(("Succeeded", "Pending", "Failed"), 0),
}


def create(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """CreateHyperParameterTuningJob: check, record, and start in the background."""
    check_name_is_free(stack, FAMILY, request[NAME])
    definitions = checks.check(stack, request)
    for definition in definitions:
        stack.assume_role(definition.given["RoleArn"], stack.store.arn_of(FAMILY, request[NAME]))
    parents = warm_start.parents_of(stack, request, definitions)
    config = request["HyperParameterTuningJobConfig"]
    # Strategy and ResourceLimits are members of the summaries that ListHyperParameterTuningJobs gives.
    described = {
        **described_request(stack, request, definitions),
        **_NONE_YET,
        STATUS: "InProgress",
        "Strategy": config["Strategy"],
        "ResourceLimits": config["ResourceLimits"],
    }
    internal = {
        "definitions": definitions,
        "stopping": threading.Event(),
        "parents_best": warm_start.parents_best(request, parents),
    }
    record = stack.store.create(FAMILY, request[NAME], described, request.get("Tags", ()), internal=internal)
    known = {index: warm_start.observations(parents, index, definition) for index, definition in enumerate(definitions)}
    controller = Controller(stack, record, definitions, caller, known)
    record.internal["controller"] = controller
    controller.start()
    return {f"{FAMILY}Arn": record.arn}


def describe(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """DescribeHyperParameterTuningJob."""
    return stack.store.describe(stack.store.get(FAMILY, request[NAME]))


def list_jobs(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """ListHyperParameterTuningJobs: by name unless another order is asked for."""
    return stack.store.list(FAMILY, {"SortBy": "Name", **request})


def stop(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """StopHyperParameterTuningJob: running trials are stopped, too, and keep the models that they have."""
    record = stack.store.get(FAMILY, request[NAME])
    with stack.store.locked():
        status = record.described[STATUS]
        if status in FINAL:
            raise validation_error(
                f"The request was rejected because the hyperparameter tuning job is in status {status}."
            )
        stack.store.update(record, **{STATUS: "Stopping"})
    record.internal["controller"].stop()
    return {}


def delete(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """DeleteHyperParameterTuningJob: the entry only; its training jobs and their artifacts stay."""
    with stack.store.locked():
        record = stack.store.get(FAMILY, request[NAME])
        if record.described[STATUS] not in FINAL:
            raise validation_error(
                f"The hyperparameter tuning job {record.name} is in status {record.described[STATUS]}: stop it first."
            )
        stack.store.delete(FAMILY, record.name)
    return {}


def list_trials(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """ListTrainingJobsForHyperParameterTuningJob."""
    record = stack.store.get(FAMILY, request[NAME])
    trials: list[Trial] = list(record.internal["controller"].trials)
    by = request.get("SortBy", "Name")
    if wanted := request.get("StatusEquals"):
        trials = [trial for trial in trials if trial.status == wanted]
    if by == "FinalObjectiveMetricValue":
        trials = [trial for trial in trials if trial.score is not None]
    trials.sort(key=lambda trial: _key(trial, by), reverse=request.get("SortOrder") == "Descending")
    named = {trial.record.name: trial for trial in trials}
    names, token = page(list(named), request)
    response: dict[str, Any] = {"TrainingJobSummaries": [named[name].summary() for name in names]}
    return response | ({"NextToken": token} if token else {})


def _key(trial: Trial, by: str) -> tuple[Any, ...]:
    sequence = trial.record.sequence
    match by:
        case "FinalObjectiveMetricValue":
            return (trial.value, sequence)
        case "Status":
            return (trial.status, sequence)
        case "CreationTime":
            return (trial.record.described["CreationTime"], sequence)
        case _:
            return (trial.record.name,)


OPERATIONS: dict[str, Handler] = {
    f"Create{FAMILY}": create,
    f"Describe{FAMILY}": describe,
    "ListHyperParameterTuningJobs": list_jobs,
    f"Stop{FAMILY}": stop,
    f"Delete{FAMILY}": delete,
    "ListTrainingJobsForHyperParameterTuningJob": list_trials,
}
