"""A role's requests to every service that the product uses: denied without a policy, allowed by the one it needs.

Actions and resources are those of the Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from role_actor import TRUST, Actor, allow, deny, document

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
DENIALS = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
}


@dataclass(frozen=True)
class Asked:
    """One request, what it needs, and the code by which the service denies it."""

    client: str
    method: str
    action: str
    resource: str
    arguments: dict[str, Any] = field(default_factory=dict)
    code: str = "AccessDeniedException"
    status: int = 400


REQUESTS = [
    Asked(
        "sagemaker",
        "describe_training_job",
        "sagemaker:DescribeTrainingJob",
        ARN.format("sagemaker", "training-job/policed"),
        {"TrainingJobName": "policed"},
    ),
    Asked(
        "sagemaker-runtime",
        "invoke_endpoint",
        "sagemaker:InvokeEndpoint",
        ARN.format("sagemaker", "endpoint/policed"),
        {"EndpointName": "policed", "Body": b"1"},
        status=403,
    ),
    Asked(
        "iam",
        "get_role",
        "iam:GetRole",
        "arn:aws:iam::123456789012:role/policed",
        {"RoleName": "policed"},
        "AccessDenied",
        403,
    ),
    Asked(
        "sts",
        "assume_role",
        "sts:AssumeRole",
        "arn:aws:iam::123456789012:role/policed",
        {"RoleArn": "arn:aws:iam::123456789012:role/policed", "RoleSessionName": "night"},
        "AccessDenied",
        403,
    ),
    Asked(
        "cloudwatch",
        "put_metric_data",
        "cloudwatch:PutMetricData",
        "*",
        {"Namespace": "policed", "MetricData": [{"MetricName": "m", "Value": 1}]},
        "AccessDenied",
        403,
    ),
    Asked(
        "logs",
        "create_log_stream",
        "logs:CreateLogStream",
        ARN.format("logs", "log-group:policed:log-stream:s"),
        {"logGroupName": "policed", "logStreamName": "s"},
    ),
    Asked("events", "describe_rule", "events:DescribeRule", ARN.format("events", "rule/policed"), {"Name": "policed"}),
    Asked(
        "scheduler",
        "get_schedule",
        "scheduler:GetSchedule",
        ARN.format("scheduler", "schedule/default/policed"),
        {"Name": "policed"},
        status=403,
    ),
    Asked(
        "lambda",
        "invoke",
        "lambda:InvokeFunction",
        ARN.format("lambda", "function:policed"),
        {"FunctionName": "policed", "Payload": b"{}"},
        status=403,
    ),
    Asked(
        "sqs",
        "send_message",
        "sqs:SendMessage",
        ARN.format("sqs", "policed"),
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/policed", "MessageBody": "m"},
        "AccessDenied",
        403,
    ),
    Asked(
        "sns",
        "publish",
        "sns:Publish",
        ARN.format("sns", "policed"),
        {"TopicArn": ARN.format("sns", "policed"), "Message": "m"},
        "AuthorizationError",
        403,
    ),
    Asked(
        "dynamodb",
        "get_item",
        "dynamodb:GetItem",
        ARN.format("dynamodb", "table/policed"),
        {"TableName": "policed", "Key": {"id": {"S": "1"}}},
    ),
    Asked("ssm", "get_parameter", "ssm:GetParameter", ARN.format("ssm", "parameter/policed"), {"Name": "/policed"}),
    Asked(
        "ecr",
        "describe_images",
        "ecr:DescribeImages",
        ARN.format("ecr", "repository/policed"),
        {"repositoryName": "policed"},
    ),
    Asked("ecr", "get_authorization_token", "ecr:GetAuthorizationToken", "*"),
    Asked("kms", "list_keys", "kms:ListKeys", "*"),
    Asked(
        "budgets",
        "describe_budget",
        "budgets:ViewBudget",
        "arn:aws:budgets::123456789012:budget/policed",
        {"AccountId": "123456789012", "BudgetName": "policed"},
    ),
    Asked(
        "application-autoscaling",
        "describe_scalable_targets",
        "application-autoscaling:DescribeScalableTargets",
        "*",
        {"ServiceNamespace": "sagemaker"},
    ),
    Asked(
        "codepipeline",
        "get_pipeline",
        "codepipeline:GetPipeline",
        ARN.format("codepipeline", "policed"),
        {"name": "policed"},
    ),
    Asked(
        "codebuild",
        "start_build",
        "codebuild:StartBuild",
        ARN.format("codebuild", "project/policed"),
        {"projectName": "policed"},
    ),
    Asked(
        "cloudformation",
        "describe_stacks",
        "cloudformation:DescribeStacks",
        ARN.format("cloudformation", "stack/policed/*"),
        {"StackName": "policed"},
        "AccessDenied",
        403,
    ),
]


@pytest.fixture(scope="module")
def actor(module_stack: Any) -> Actor:
    module_stack.client("iam").create_role(RoleName="policed", AssumeRolePolicyDocument=document(TRUST))
    return Actor(module_stack, "worker")


def error_of(actor: Actor, asked: Asked) -> dict[str, Any]:
    """The error's fields and the status; empty where the service took the request."""
    try:
        getattr(actor.client(asked.client), asked.method)(**asked.arguments)
    except ClientError as error:
        answered = error.response
        return {**answered["Error"], "status": answered["ResponseMetadata"]["HTTPStatusCode"]}
    return {}


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.action)
def test_a_request_needs_its_action_on_its_resource(actor: Actor, asked: Asked) -> None:
    actor.may(allow("s3:ListAllMyBuckets"))
    error = error_of(actor, asked)
    assert (error["Code"], error["status"]) == (asked.code, asked.status)
    assert f"assumed-role/worker/night is not authorized to perform: {asked.action} on resource: " in error["Message"]
    assert error["Message"].endswith(f"because no identity-based policy allows the {asked.action} action")
    actor.may(allow(asked.action, asked.resource))
    assert error_of(actor, asked).get("Code") not in DENIALS
    if asked.resource != "*":
        actor.may(allow(asked.action, f"{asked.resource}-too"))
        assert error_of(actor, asked)["Code"] == asked.code
    actor.may(allow("*"), deny(asked.action))
    assert "with an explicit deny in an identity-based policy" in error_of(actor, asked)["Message"]


def test_a_role_is_known_with_its_path(actor: Actor) -> None:
    """Requests name a role without its path, policies with it."""
    actor.iam.create_role(RoleName="nested", Path="/team/", AssumeRolePolicyDocument=document(TRUST))
    actor.may(allow("iam:GetRole", "arn:aws:iam::123456789012:role/team/nested"))
    assert actor.client("iam").get_role(RoleName="nested")["Role"]["Path"] == "/team/"
    actor.may(allow("iam:GetRole", "arn:aws:iam::123456789012:role/nested"))
    with pytest.raises(ClientError, match="role/team/nested because no identity-based policy"):
        actor.client("iam").get_role(RoleName="nested")


def test_who_am_i_is_always_answered(actor: Actor) -> None:
    actor.may(deny("*"))
    assert actor.client("sts").get_caller_identity()["Arn"].endswith("assumed-role/worker/night")
