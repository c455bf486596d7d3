"""Task 9: a Lambda function that something starts, and that starts retraining."""

from __future__ import annotations

from botocore.exceptions import ClientError

from mlops.validate.account import Account, Evidence, Miss, RefusedError, Result

__all__ = ["REMEDY", "TITLE", "check"]

TITLE = "Automated retraining"
REMEDY = "aws lambda create-function --function-name retrain-{student_id} …"


def check(account: Account) -> Result:
    """A function with the student id and ``retrain`` in its name that a rule or a schedule has as its target."""
    remedy = REMEDY.format(student_id=account.student_id)
    functions = [
        function
        for function in account.every("lambda", "list_functions", "Functions")
        if account.is_hers(function["FunctionName"]) and "retrain" in function["FunctionName"].lower()
    ]
    if not functions:
        raise Miss(f"no Lambda function has {account.student_id} and retrain in its name", remedy)
    for function in functions:
        evidence = Evidence(function["FunctionArn"], function.get("State", "Active"))
        triggers = _triggers(account, function["FunctionArn"])
        if triggers:
            return Result(True, f"started by {', '.join(triggers)}", (evidence,))
    raise Miss("nothing starts the retraining function: no rule or schedule has it as its target", remedy, evidence)


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
    except (ClientError, RefusedError):  # where EventBridge Scheduler is out of reach, the rules alone count
        return names
    return names
