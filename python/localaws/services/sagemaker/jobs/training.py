"""Training jobs: CreateTrainingJob and its siblings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.iam import Principal
from localaws.services.sagemaker.jobs import checks, training_checks
from localaws.services.sagemaker.jobs.lifecycle import start
from localaws.services.sagemaker.jobs.training_described import described_request
from localaws.services.sagemaker.jobs.training_run import enter, run

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["OPERATIONS"]

FAMILY = "TrainingJob"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def create_training_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """CreateTrainingJob: check, record, and start in the background."""
    name = request["TrainingJobName"]
    checks.check_name_is_free(stack, FAMILY, name)
    credentials = stack.assume_role(request["RoleArn"], stack.store.arn_of(FAMILY, name))
    training_checks.check(stack, request)
    described = described_request(stack, request) | {"TrainingJobStatus": "InProgress"}
    record = stack.store.create(FAMILY, name, described, request.get("Tags", ()))
    enter(stack, record, "Starting", "Starting the training job")
    start(stack, record, credentials, LOG_GROUP, run)
    return {"TrainingJobArn": record.arn}


def describe_training_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """DescribeTrainingJob."""
    return stack.store.describe(stack.store.get(FAMILY, request["TrainingJobName"]))


def list_training_jobs(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """ListTrainingJobs."""
    return stack.store.list(FAMILY, request)


def stop_training_job(stack: Account, request: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """StopTrainingJob: the job gets SIGTERM, and what it has put into /opt/ml/model is kept."""
    record = stack.store.get(FAMILY, request["TrainingJobName"])
    checks.stop(stack, record, "training job", SecondaryStatus="Stopping")
    return {}


OPERATIONS = {
    "CreateTrainingJob": create_training_job,
    "DescribeTrainingJob": describe_training_job,
    "ListTrainingJobs": list_training_jobs,
    "StopTrainingJob": stop_training_job,
}
