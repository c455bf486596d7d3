"""Task 9: a Lambda function that something starts, and that starts retraining."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from mlops.aws.names import pipeline_name
from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, Evidence, Result, UnansweredError

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "Automated retraining"
REMEDY = "aws lambda create-function --function-name retrain-{student_id} …"
BUILT = False


def check(account: Account) -> Result:
    """A function of the student's with ``retrain`` in its name that a rule or a schedule has as its target."""
    remedy = REMEDY.format(student_id=account.student_id)
    functions = [
        function
        for function in account.every("lambda", "list_functions", "Functions")
        if "retrain" in function["FunctionName"].lower() and _belongs_to_student(account, function)
    ]
    if not functions:
        raise CheckFailed(f"no Lambda function of {account.student_id} has retrain in its name", remedy)
    for function in functions:
        evidence = Evidence(function["FunctionArn"], function.get("State", "Active"))
        triggers = _triggers(account, function["FunctionArn"])
        if triggers:
            return Result(True, f"started by {', '.join(triggers)}", (evidence,))
    raise CheckFailed(
        "nothing starts the retraining function: no rule or schedule has it as its target", remedy, evidence
    )


def _belongs_to_student(account: Account, function: dict[str, Any]) -> bool:
    """By its tag, or else by an environment variable that names the student's pipeline or bucket."""
    tag = account.ownership.tag_of(function["FunctionArn"])
    if tag is not None:
        return tag == account.student_id
    values = function.get("Environment", {}).get("Variables", {}).values()
    return any(value == pipeline_name(account.student_id) or account.ownership.names_bucket(value) for value in values)


def _triggers(account: Account, arn: str) -> list[str]:
    """Names of the enabled rules and schedules that start a function."""
    names: list[str] = []
    for rule in account.every("events", "list_rule_names_by_target", "RuleNames", TargetArn=arn):
        if account.ask("events", "describe_rule", Name=rule)["State"] == "ENABLED":
            names.append(rule)
    try:
        for schedule in account.every("scheduler", "list_schedules", "Schedules", State="ENABLED"):
            if schedule.get("Target", {}).get("Arn") == arn:
                names.append(schedule["Name"])
    except (ClientError, UnansweredError):  # where EventBridge Scheduler is not available, the rules alone count
        return names
    return names
