"""Schedules that a client makes are called when they are due, with the role's credentials."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

SERVICES = ["scheduler.amazonaws.com", "sagemaker.amazonaws.com"]
CREATE = "arn:aws:scheduler:::aws-sdk:sagemaker:createModelPackageGroup"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def role(module_stack: Any) -> str:
    """A role that Scheduler and SageMaker may assume."""
    return new_role(module_stack, "schedules", SERVICES)


def new_role(stack: Any, name: str, services: list[str]) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = stack.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(ALLOW))
    return arn


def schedule(stack: Any, name: str, role: str, expression: str = "rate(1 day)", **changes: Any) -> dict[str, Any]:
    """The request of a schedule that makes a group `NAME-…`."""
    given = {"ModelPackageGroupName": f"{name}-<aws.scheduler.execution-id>"}
    made: dict[str, Any] = {
        "Name": name,
        "ScheduleExpression": expression,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": CREATE, "RoleArn": role, "Input": json.dumps(given), **changes.pop("target", {})},
        **changes,
    }
    stack.client("scheduler").create_schedule(**made)
    return made


def groups(stack: Any, name: str) -> list[str]:
    """The groups that a schedule has made."""
    found = stack.client("sagemaker").list_model_package_groups(NameContains=f"{name}-")["ModelPackageGroupSummaryList"]
    return [group["ModelPackageGroupName"] for group in found]


def wait(condition: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return found


def tick(stack: Any, role: str) -> None:
    """Return when the schedules that there are have been looked at once more: one that is made now comes after them."""
    name = f"tick-{uuid.uuid4().hex[:8]}"
    schedule(stack, name, role)
    wait(lambda: groups(stack, name))


def soon(seconds: float) -> str:
    return f"at({datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S})"


def test_a_rate_begins_at_once_and_goes_on_later(module_stack: Any, role: str) -> None:
    schedule(module_stack, "daily", role)
    (made,) = wait(lambda: groups(module_stack, "daily"))
    assert len(made) == len("daily-") + 16
    tick(module_stack, role)
    assert groups(module_stack, "daily") == [made]


def test_one_time_schedules_come_once_and_can_delete_themselves(module_stack: Any, role: str) -> None:
    schedule(module_stack, "once", role, soon(2))
    schedule(module_stack, "gone", role, soon(2), ActionAfterCompletion="DELETE")
    schedule(module_stack, "later", role, soon(3600))
    schedule(module_stack, "past", role, soon(-3600))
    wait(lambda: groups(module_stack, "once") and groups(module_stack, "gone"))
    tick(module_stack, role)
    assert len(groups(module_stack, "once")) == 1
    assert groups(module_stack, "later") == groups(module_stack, "past") == []
    names = {each["Name"] for each in module_stack.client("scheduler").list_schedules()["Schedules"]}
    assert {"once", "later", "past"} <= names
    assert "gone" not in names


def test_disabled_ended_or_not_yet_begun_is_not_called(module_stack: Any, role: str) -> None:
    now = datetime.now(UTC)
    request = schedule(module_stack, "off", role, State="DISABLED")
    schedule(module_stack, "ended", role, EndDate=now - timedelta(hours=1))
    schedule(module_stack, "not-yet", role, StartDate=now + timedelta(hours=1))
    tick(module_stack, role)
    assert [groups(module_stack, name) for name in ("off", "ended", "not-yet")] == [[], [], []]
    module_stack.client("scheduler").update_schedule(
        **{**request, "ScheduleExpression": "rate(2 days)", "State": "ENABLED"}
    )
    assert wait(lambda: groups(module_stack, "off"))


def test_the_keywords_are_filled_and_a_pipeline_is_a_target(module_stack: Any, role: str) -> None:
    definition = json.dumps(
        {
            "Version": "2020-12-01",
            "Parameters": [{"Name": "Said", "Type": "String", "DefaultValue": "nothing"}],
            "Steps": [{"Name": "End", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.Said"}}}],
        }
    )
    sagemaker = module_stack.client("sagemaker")
    arn = sagemaker.create_pipeline(
        PipelineName="scheduled", PipelineDefinition=definition, RoleArn=role, ClientRequestToken="s" * 32
    )["PipelineArn"]
    parameter = {"Name": "Said", "Value": "<aws.scheduler.schedule-arn> <aws.scheduler.attempt-number>"}
    target = {"Arn": arn, "SageMakerPipelineParameters": {"PipelineParameterList": [parameter]}}
    schedule(module_stack, "pipeline", role, target=target)

    def failed() -> Any:
        listed = sagemaker.list_pipeline_executions(PipelineName="scheduled")["PipelineExecutionSummaries"]
        return [each for each in listed if each["PipelineExecutionStatus"] == "Failed"]

    (execution,) = wait(failed)
    (step,) = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution["PipelineExecutionArn"])[
        "PipelineExecutionSteps"
    ]
    said = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/pipeline 1"
    assert said in step["FailureReason"]


def test_what_fails_is_tried_again_then_given_up_and_said(module_stack: Any, role: str) -> None:
    """The role does not trust Scheduler at first; another schedule's target is none that there is."""
    late = new_role(module_stack, "late", ["sagemaker.amazonaws.com"])
    schedule(module_stack, "retried", late)
    twice = {"RetryPolicy": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}}
    schedule(module_stack, "hopeless", role, target={"Arn": CREATE.replace("createM", "createNoM"), **twice})
    schedule(module_stack, "queue", role, target={"Arn": "arn:aws:sqs:us-east-1:123456789012:q", **twice})
    wait(lambda: "schedule retried, attempt 1: Could not assume role" in module_stack.log())
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}
    module_stack.client("iam").update_assume_role_policy(
        RoleName="late", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    assert wait(lambda: groups(module_stack, "retried"))
    log = wait(lambda: "schedule hopeless gives up after attempt 2" in module_stack.log() and module_stack.log())
    assert "schedule hopeless, attempt 2: sagemaker has no operation CreateNoModelPackageGroup" in log
    assert "schedule queue, attempt 1: the local stack calls no target like arn:aws:sqs:" in log
    metrics = module_stack.client("cloudwatch").list_metrics(Namespace="AWS/Scheduler")["Metrics"]
    assert {"InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"} <= {
        metric["MetricName"] for metric in metrics
    }


def test_an_expression_that_cannot_be_read_is_said_once(module_stack: Any, role: str) -> None:
    schedule(module_stack, "unreadable", role, "cron(0 10 * * *)")
    wait(lambda: "schedule/default/unreadable is never due: cron(0 10 * * *) has 5 fields" in module_stack.log())
    tick(module_stack, role)
    assert module_stack.log().count("unreadable is never due") == 1
