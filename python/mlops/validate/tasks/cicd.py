"""Task 10: a CodePipeline that builds, asks for approval and deploys, and has run through."""

from __future__ import annotations

from mlops.validate.account import Account, Evidence, Miss, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "CI/CD"
REMEDY = "aws codepipeline create-pipeline --cli-input-json file://pipeline-{student_id}.json"

_CATEGORIES = ("Source", "Build", "Approval", "Deploy")


def check(account: Account) -> Result:
    """A pipeline of the student's with all four kinds of stages, and an execution that succeeded."""
    remedy = REMEDY.format(student_id=account.student_id)
    pipelines = [
        each["name"]
        for each in account.every("codepipeline", "list_pipelines", "pipelines")
        if account.is_hers(each["name"])
    ]
    if not pipelines:
        raise Miss(f"no CodePipeline has {account.student_id} in its name", remedy)
    name = pipelines[0]
    got = account.ask("codepipeline", "get_pipeline", name=name)
    arn = got.get("metadata", {}).get("pipelineArn", name)
    stages = got["pipeline"]["stages"]
    categories = {action["actionTypeId"]["category"] for stage in stages for action in stage["actions"]}
    # A model is deployed by an Invoke action (a Lambda function) where there is no deploy provider for it.
    missing = [
        each for each in _CATEGORIES if each not in categories and not (each == "Deploy" and "Invoke" in categories)
    ]
    if missing:
        raise Miss(f"the CodePipeline {name} has no {missing[0]} action", remedy, Evidence(arn, "incomplete"))
    runs = account.every("codepipeline", "list_pipeline_executions", "pipelineExecutionSummaries", pipelineName=name)
    for run in runs:
        if run["status"] == "Succeeded":
            return Result(
                True,
                f"{len(stages)} stages, an execution has succeeded",
                (Evidence(arn, "Succeeded", run["startTime"]),),
            )
    start = f"aws codepipeline start-pipeline-execution --name {name}"
    raise Miss("no execution of the CodePipeline has succeeded", start, Evidence(arn, "never succeeded"))
