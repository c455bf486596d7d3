"""Task 10: a CodePipeline that builds, asks for approval and deploys, and has run through."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from mlops.validate.account import Account
from mlops.validate.naming import contains
from mlops.validate.results import CheckFailed, Evidence, NotOwnedError, Result

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "CI/CD"
REMEDY = "aws codepipeline create-pipeline --cli-input-json file://pipeline-{student_id}.json"
BUILT = False

_MAX_PIPELINES = 200
_CATEGORIES = ("Source", "Build", "Approval", "Deploy")


def check(account: Account) -> Result:
    """A pipeline of the student's with all four kinds of stages, and an execution that succeeded."""
    remedy = REMEDY.format(student_id=account.student_id)
    pipelines = [each["name"] for each in account.every("codepipeline", "list_pipelines", "pipelines")]
    # Those with the id in their names first: the others are many in a class.
    pipelines.sort(key=lambda name: not contains(account.student_id, name))
    failures = []
    for name in pipelines[:_MAX_PIPELINES]:
        try:
            return _examined(account, name, remedy)
        except (NotOwnedError, ClientError):  # another student's, or deleted since it was listed
            continue
        except CheckFailed as failed:
            failures.append(failed)
    raise failures[0] if failures else CheckFailed(f"no CodePipeline of {account.student_id} was found", remedy)


def _examined(account: Account, name: str, remedy: str) -> Result:
    got = account.ask("codepipeline", "get_pipeline", name=name)
    arn = got["metadata"]["pipelineArn"]
    stages = got["pipeline"]["stages"]
    if foreign := account.ownership.check(name, arn, _locations(got["pipeline"])):
        raise CheckFailed(foreign, remedy, Evidence(arn, "uses another bucket"))
    categories = {action["actionTypeId"]["category"] for stage in stages for action in stage["actions"]}
    # A model is deployed by an Invoke action (a Lambda function) where there is no deploy provider for it.
    missing = [
        each for each in _CATEGORIES if each not in categories and not (each == "Deploy" and "Invoke" in categories)
    ]
    if missing:
        raise CheckFailed(f"the CodePipeline {name} has no {missing[0]} action", remedy, Evidence(arn, "incomplete"))
    runs = account.every("codepipeline", "list_pipeline_executions", "pipelineExecutionSummaries", pipelineName=name)
    for run in runs:
        if run["status"] == "Succeeded":
            return Result(
                True,
                f"{len(stages)} stages, an execution has succeeded",
                (Evidence(arn, "Succeeded", run["startTime"]),),
            )
    start = f"aws codepipeline start-pipeline-execution --name {name}"
    raise CheckFailed("no execution of the CodePipeline has succeeded", start, Evidence(arn, "never succeeded"))


def _locations(pipeline: dict[str, Any]) -> list[str]:
    """The S3 URIs of a pipeline's artifact stores."""
    stores = [pipeline.get("artifactStore", {}), *pipeline.get("artifactStores", {}).values()]
    return [f"s3://{store['location']}/" for store in stores if store.get("type") == "S3"]
