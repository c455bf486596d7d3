"""What the requests of each service need, by AWS's service authorization reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_<service>.html: amazoncloudwatch,
amazoncloudwatchlogs, amazoneventbridge, amazoneventbridgescheduler, awslambda, amazonsqs, amazonsns, amazondynamodb,
awssystemsmanager, amazonelasticcontainerregistry, awsbudgetservice, awsapplicationautoscaling, awscodepipeline,
awscodebuild, awscloudformation.
"""

from __future__ import annotations

from typing import Any

import pytest
from sent_calls import ROLE, needs_of

HERE = "us-east-1:111122223333"
LOGS, EVENTS, SCHEDULER = f"arn:aws:logs:{HERE}", f"arn:aws:events:{HERE}", f"arn:aws:scheduler:{HERE}"
ALARMS, FUNCTIONS, QUEUES = f"arn:aws:cloudwatch:{HERE}:alarm", f"arn:aws:lambda:{HERE}:function", f"arn:aws:sqs:{HERE}"
TOPIC, TABLES, PARAMETERS = f"arn:aws:sns:{HERE}:t", f"arn:aws:dynamodb:{HERE}:table", f"arn:aws:ssm:{HERE}:parameter"
REPOSITORIES, BUDGETS = "arn:aws:ecr:us-east-1:{}:repository", "arn:aws:budgets::111122223333:budget"
TARGETS = f"arn:aws:application-autoscaling:{HERE}:scalable-target"
PIPELINE, PROJECTS = f"arn:aws:codepipeline:{HERE}:p", f"arn:aws:codebuild:{HERE}:project"
STACKS = f"arn:aws:cloudformation:{HERE}:stack"
TAG = {"Key": "a", "Value": "b"}
LOWER_TAG = {"key": "a", "value": "b"}
PASS = ("iam:PassRole", ROLE)
QUEUE_URL = "http://127.0.0.1:1/111122223333/q"
KEY = {"id": {"S": "1"}}
Case = tuple[str, dict[str, Any], list[tuple[str, str]]]

CASES: dict[str, list[Case]] = {
    "cloudwatch": [
        ("PutMetricData", {"Namespace": "N", "MetricData": []}, [("cloudwatch:PutMetricData", "*")]),
        ("PutMetricAlarm", {"AlarmName": "a"}, [("cloudwatch:PutMetricAlarm", f"{ALARMS}:a")]),
        (
            "PutMetricAlarm",
            {"AlarmName": "a", "Tags": [TAG]},
            [("cloudwatch:PutMetricAlarm", f"{ALARMS}:a"), ("cloudwatch:TagResource", f"{ALARMS}:a")],
        ),
        (
            "DescribeAlarms",
            {"AlarmNames": ["a", "b"]},
            [("cloudwatch:DescribeAlarms", f"{ALARMS}:a"), ("cloudwatch:DescribeAlarms", f"{ALARMS}:b")],
        ),
        ("DescribeAlarms", {}, [("cloudwatch:DescribeAlarms", f"{ALARMS}:*")]),
        ("DeleteAlarms", {"AlarmNames": ["a"]}, [("cloudwatch:DeleteAlarms", f"{ALARMS}:a")]),
        ("ListTagsForResource", {"ResourceARN": f"{ALARMS}:a"}, [("cloudwatch:ListTagsForResource", f"{ALARMS}:a")]),
        (
            "PutDashboard",
            {"DashboardName": "d"},
            [("cloudwatch:PutDashboard", "arn:aws:cloudwatch::111122223333:dashboard/d")],
        ),
        ("GetMetricData", {}, [("cloudwatch:GetMetricData", "*")]),
    ],
    "logs": [
        ("CreateLogGroup", {"logGroupName": "/g"}, [("logs:CreateLogGroup", f"{LOGS}:log-group:/g:log-stream:")]),
        (
            "CreateLogGroup",
            {"logGroupName": "/g", "tags": {"a": "b"}},
            [
                ("logs:CreateLogGroup", f"{LOGS}:log-group:/g:log-stream:"),
                ("logs:TagResource", f"{LOGS}:log-group:/g"),
            ],
        ),
        (
            "PutLogEvents",
            {"logGroupName": "/g", "logStreamName": "s/1", "logEvents": []},
            [("logs:PutLogEvents", f"{LOGS}:log-group:/g:log-stream:s/1")],
        ),
        (
            "DescribeLogStreams",
            {"logGroupIdentifier": f"{LOGS}:log-group:/g:*"},
            [("logs:DescribeLogStreams", f"{LOGS}:log-group:/g:log-stream:")],
        ),
        (
            "DescribeLogGroups",
            {"logGroupNamePrefix": "/g"},
            [("logs:DescribeLogGroups", f"{LOGS}:log-group::log-stream:")],
        ),
        (
            "PutRetentionPolicy",
            {"logGroupName": "/g", "retentionInDays": 7},
            [("logs:PutRetentionPolicy", f"{LOGS}:log-group:/g:log-stream:")],
        ),
        (
            "ListTagsForResource",
            {"resourceArn": f"{LOGS}:log-group:/g"},
            [("logs:ListTagsForResource", f"{LOGS}:log-group:/g")],
        ),
        (
            "StartQuery",
            {"logGroupNames": ["/g", "/h"]},
            [
                ("logs:StartQuery", f"{LOGS}:log-group:/g:log-stream:"),
                ("logs:StartQuery", f"{LOGS}:log-group:/h:log-stream:"),
            ],
        ),
    ],
    "events": [
        ("PutRule", {"Name": "r"}, [("events:PutRule", f"{EVENTS}:rule/r")]),
        ("PutRule", {"Name": "r", "EventBusName": "b"}, [("events:PutRule", f"{EVENTS}:rule/b/r")]),
        (
            "PutRule",
            {"Name": "r", "EventBusName": f"{EVENTS}:event-bus/b", "Tags": [TAG]},
            [("events:PutRule", f"{EVENTS}:rule/b/r"), ("events:TagResource", f"{EVENTS}:rule/b/r")],
        ),
        ("PutTargets", {"Rule": "r", "Targets": [{"Id": "1"}]}, [("events:PutTargets", f"{EVENTS}:rule/r")]),
        (
            "PutTargets",
            {"Rule": "r", "Targets": [{"Id": "1", "RoleArn": ROLE}]},
            [("events:PutTargets", f"{EVENTS}:rule/r"), PASS],
        ),
        ("PutEvents", {"Entries": [{"Source": "s"}]}, [("events:PutEvents", f"{EVENTS}:event-bus/default")]),
        (
            "PutEvents",
            {"Entries": [{"EventBusName": "b"}, {"EventBusName": f"{EVENTS}:event-bus/c"}]},
            [("events:PutEvents", f"{EVENTS}:event-bus/b"), ("events:PutEvents", f"{EVENTS}:event-bus/c")],
        ),
        (
            "ListTagsForResource",
            {"ResourceARN": f"{EVENTS}:rule/r"},
            [("events:ListTagsForResource", f"{EVENTS}:rule/r")],
        ),
        ("ListRules", {}, [("events:ListRules", "*")]),
    ],
    "scheduler": [
        (
            "CreateSchedule",
            {"Name": "s", "Target": {"Arn": "x", "RoleArn": ROLE}},
            [("scheduler:CreateSchedule", f"{SCHEDULER}:schedule/default/s"), PASS],
        ),
        (
            "UpdateSchedule",
            {"Name": "s", "GroupName": "g", "Target": {"Arn": "x", "RoleArn": ROLE}},
            [("scheduler:UpdateSchedule", f"{SCHEDULER}:schedule/g/s"), PASS],
        ),
        (
            "DeleteSchedule",
            {"Name": "s", "GroupName": "g"},
            [("scheduler:DeleteSchedule", f"{SCHEDULER}:schedule/g/s")],
        ),
        ("GetSchedule", {"Name": "s"}, [("scheduler:GetSchedule", f"{SCHEDULER}:schedule/default/s")]),
        (
            "CreateScheduleGroup",
            {"Name": "g"},
            [("scheduler:CreateScheduleGroup", f"{SCHEDULER}:schedule-group/g")],
        ),
        (
            "DeleteScheduleGroup",
            {"Name": "g"},
            [
                ("scheduler:DeleteScheduleGroup", f"{SCHEDULER}:schedule-group/g"),
                ("scheduler:DeleteSchedule", f"{SCHEDULER}:schedule/g/*"),
            ],
        ),
        (
            "TagResource",
            {"ResourceArn": f"{SCHEDULER}:schedule-group/g", "Tags": [TAG]},
            [("scheduler:TagResource", f"{SCHEDULER}:schedule-group/g")],
        ),
        ("ListSchedules", {}, [("scheduler:ListSchedules", "*")]),
    ],
    "lambda": [
        (
            "CreateFunction",
            {"FunctionName": "f", "Role": ROLE, "Tags": {"a": "b"}},
            [("lambda:CreateFunction", f"{FUNCTIONS}:f"), ("lambda:TagResource", f"{FUNCTIONS}:f"), PASS],
        ),
        (
            "UpdateFunctionConfiguration",
            {"FunctionName": "f"},
            [("lambda:UpdateFunctionConfiguration", f"{FUNCTIONS}:f")],
        ),
        (
            "UpdateFunctionConfiguration",
            {"FunctionName": "f", "Role": ROLE},
            [("lambda:UpdateFunctionConfiguration", f"{FUNCTIONS}:f"), PASS],
        ),
        ("GetFunction", {"FunctionName": f"{FUNCTIONS}:f"}, [("lambda:GetFunction", f"{FUNCTIONS}:f")]),
        ("GetFunction", {"FunctionName": "111122223333:function:f"}, [("lambda:GetFunction", f"{FUNCTIONS}:f")]),
        ("Invoke", {"FunctionName": "f", "Payload": b"{}"}, [("lambda:InvokeFunction", f"{FUNCTIONS}:f")]),
        ("Invoke", {"FunctionName": "f", "Qualifier": "live"}, [("lambda:InvokeFunction", f"{FUNCTIONS}:f:live")]),
        ("Invoke", {"FunctionName": f"{FUNCTIONS}:f:2"}, [("lambda:InvokeFunction", f"{FUNCTIONS}:f:2")]),
        ("ListTags", {"Resource": f"{FUNCTIONS}:f"}, [("lambda:ListTags", f"{FUNCTIONS}:f")]),
        ("AddPermission", {"FunctionName": "f"}, [("lambda:AddPermission", f"{FUNCTIONS}:f")]),
        ("CreateEventSourceMapping", {"FunctionName": "f"}, [("lambda:CreateEventSourceMapping", "*")]),
        (
            "GetEventSourceMapping",
            {"UUID": "u"},
            [("lambda:GetEventSourceMapping", f"arn:aws:lambda:{HERE}:event-source-mapping:u")],
        ),
        (
            "GetLayerVersion",
            {"LayerName": "l", "VersionNumber": 3},
            [("lambda:GetLayerVersion", f"arn:aws:lambda:{HERE}:layer:l:3")],
        ),
        ("ListFunctions", {}, [("lambda:ListFunctions", "*")]),
    ],
    "sqs": [
        ("SendMessage", {"QueueUrl": QUEUE_URL}, [("sqs:SendMessage", f"{QUEUES}:q")]),
        ("SendMessageBatch", {"QueueUrl": QUEUE_URL, "Entries": []}, [("sqs:SendMessage", f"{QUEUES}:q")]),
        ("DeleteMessageBatch", {"QueueUrl": QUEUE_URL, "Entries": []}, [("sqs:DeleteMessage", f"{QUEUES}:q")]),
        (
            "CreateQueue",
            {"QueueName": "q", "tags": {"a": "b"}},
            [("sqs:CreateQueue", f"{QUEUES}:q"), ("sqs:TagQueue", f"{QUEUES}:q")],
        ),
        ("ListQueues", {}, [("sqs:ListQueues", "*")]),
    ],
    "sns": [
        ("CreateTopic", {"Name": "t"}, [("sns:CreateTopic", TOPIC)]),
        ("CreateTopic", {"Name": "t", "Tags": [TAG]}, [("sns:CreateTopic", TOPIC), ("sns:TagResource", TOPIC)]),
        ("Publish", {"TopicArn": TOPIC}, [("sns:Publish", TOPIC)]),
        ("Publish", {"PhoneNumber": "+1"}, [("sns:Publish", "*")]),
        ("PublishBatch", {"TopicArn": TOPIC}, [("sns:Publish", TOPIC)]),
        ("Subscribe", {"TopicArn": TOPIC, "Protocol": "sqs"}, [("sns:Subscribe", TOPIC)]),
        ("Unsubscribe", {"SubscriptionArn": f"{TOPIC}:1"}, [("sns:Unsubscribe", "*")]),
        ("ListTagsForResource", {"ResourceArn": TOPIC}, [("sns:ListTagsForResource", TOPIC)]),
        (
            "SetTopicAttributes",
            {"TopicArn": TOPIC, "AttributeName": "LambdaSuccessFeedbackRoleArn", "AttributeValue": ROLE},
            [("sns:SetTopicAttributes", TOPIC), PASS],
        ),
        (
            "CreateTopic",
            {"Name": "t", "Attributes": {"SQSFailureFeedbackRoleArn": ROLE}},
            [("sns:CreateTopic", TOPIC), PASS],
        ),
    ],
    "dynamodb": [
        ("GetItem", {"TableName": "t", "Key": KEY}, [("dynamodb:GetItem", f"{TABLES}/t")]),
        ("PutItem", {"TableName": f"{TABLES}/t", "Item": KEY}, [("dynamodb:PutItem", f"{TABLES}/t")]),
        ("Query", {"TableName": "t"}, [("dynamodb:Query", f"{TABLES}/t")]),
        ("Query", {"TableName": "t", "IndexName": "i"}, [("dynamodb:Query", f"{TABLES}/t/index/i")]),
        (
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [KEY]}, "u": {"Keys": [KEY]}}},
            [("dynamodb:BatchGetItem", f"{TABLES}/t"), ("dynamodb:BatchGetItem", f"{TABLES}/u")],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "t", "Item": KEY}},
                    {"Update": {"TableName": "t", "Key": KEY}},
                    {"Put": {"TableName": "u", "Item": KEY}},
                    {"ConditionCheck": {"TableName": "t", "Key": KEY}},
                ]
            },
            [
                ("dynamodb:ConditionCheckItem", f"{TABLES}/t"),
                ("dynamodb:PutItem", f"{TABLES}/t"),
                ("dynamodb:PutItem", f"{TABLES}/u"),
                ("dynamodb:UpdateItem", f"{TABLES}/t"),
            ],
        ),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "t"}}]}, [("dynamodb:GetItem", f"{TABLES}/t")]),
        (
            "CreateTable",
            {"TableName": "t", "Tags": [TAG]},
            [("dynamodb:CreateTable", f"{TABLES}/t"), ("dynamodb:TagResource", f"{TABLES}/t")],
        ),
        ("ListTagsOfResource", {"ResourceArn": f"{TABLES}/t"}, [("dynamodb:ListTagsOfResource", f"{TABLES}/t")]),
        ("ListTables", {}, [("dynamodb:ListTables", "*")]),
    ],
    "ssm": [
        ("GetParameter", {"Name": "/a/b"}, [("ssm:GetParameter", f"{PARAMETERS}/a/b")]),
        ("GetParameter", {"Name": "a:3"}, [("ssm:GetParameter", f"{PARAMETERS}/a")]),
        ("GetParameter", {"Name": f"{PARAMETERS}/a:3"}, [("ssm:GetParameter", f"{PARAMETERS}/a")]),
        (
            "GetParameters",
            {"Names": ["a", "/b"]},
            [("ssm:GetParameters", f"{PARAMETERS}/a"), ("ssm:GetParameters", f"{PARAMETERS}/b")],
        ),
        ("GetParametersByPath", {"Path": "/a"}, [("ssm:GetParametersByPath", f"{PARAMETERS}/a")]),
        (
            "PutParameter",
            {"Name": "/a", "Tags": [TAG]},
            [("ssm:PutParameter", f"{PARAMETERS}/a"), ("ssm:AddTagsToResource", f"{PARAMETERS}/a")],
        ),
        (
            "ListTagsForResource",
            {"ResourceType": "Parameter", "ResourceId": "/a"},
            [("ssm:ListTagsForResource", f"{PARAMETERS}/a")],
        ),
    ],
    "ecr": [
        ("GetAuthorizationToken", {}, [("ecr:GetAuthorizationToken", "*")]),
        (
            "BatchGetImage",
            {"repositoryName": "r"},
            [("ecr:BatchGetImage", f"{REPOSITORIES.format('111122223333')}/r")],
        ),
        (
            "DescribeImages",
            {"registryId": "683313688378", "repositoryName": "r"},
            [("ecr:DescribeImages", f"{REPOSITORIES.format('683313688378')}/r")],
        ),
        ("DescribeRepositories", {}, [("ecr:DescribeRepositories", f"{REPOSITORIES.format('111122223333')}/*")]),
    ],
    "budgets": [
        (
            "CreateBudget",
            {"AccountId": "111122223333", "Budget": {"BudgetName": "b"}},
            [("budgets:ModifyBudget", f"{BUDGETS}/b")],
        ),
        ("DescribeBudget", {"AccountId": "111122223333", "BudgetName": "b"}, [("budgets:ViewBudget", f"{BUDGETS}/b")]),
        (
            "DescribeBudgetAction",
            {"BudgetName": "b", "ActionId": "1"},
            [("budgets:DescribeBudgetAction", f"{BUDGETS}/b/action/1")],
        ),
        (
            "CreateBudgetAction",
            {"BudgetName": "b", "ExecutionRoleArn": ROLE},
            [("budgets:CreateBudgetAction", f"{BUDGETS}/b/action/*"), PASS],
        ),
    ],
    "application-autoscaling": [
        (
            "RegisterScalableTarget",
            {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v"},
            [("application-autoscaling:RegisterScalableTarget", f"{TARGETS}/*")],
        ),
        (
            "ListTagsForResource",
            {"ResourceARN": f"{TARGETS}/0a1"},
            [("application-autoscaling:ListTagsForResource", f"{TARGETS}/0a1")],
        ),
        ("DescribeScalableTargets", {}, [("application-autoscaling:DescribeScalableTargets", "*")]),
    ],
    "codepipeline": [
        (
            "CreatePipeline",
            {
                "pipeline": {"name": "p", "roleArn": ROLE, "stages": [{"actions": [{"roleArn": f"{ROLE}2"}]}]},
                "tags": [LOWER_TAG],
            },
            [
                ("codepipeline:CreatePipeline", PIPELINE),
                ("codepipeline:TagResource", PIPELINE),
                PASS,
                ("iam:PassRole", f"{ROLE}2"),
            ],
        ),
        ("StartPipelineExecution", {"name": "p"}, [("codepipeline:StartPipelineExecution", PIPELINE)]),
        ("GetPipelineState", {"name": "p"}, [("codepipeline:GetPipelineState", PIPELINE)]),
        (
            "PutApprovalResult",
            {"pipelineName": "p", "stageName": "s", "actionName": "a"},
            [("codepipeline:PutApprovalResult", f"{PIPELINE}/s/a")],
        ),
        ("PutJobSuccessResult", {"jobId": "1"}, [("codepipeline:PutJobSuccessResult", "*")]),
        ("ListTagsForResource", {"resourceArn": PIPELINE}, [("codepipeline:ListTagsForResource", PIPELINE)]),
    ],
    "codebuild": [
        ("CreateProject", {"name": "p", "serviceRole": ROLE}, [("codebuild:CreateProject", f"{PROJECTS}/p"), PASS]),
        ("UpdateProject", {"name": "p"}, [("codebuild:UpdateProject", f"{PROJECTS}/p")]),
        ("StartBuild", {"projectName": "p"}, [("codebuild:StartBuild", f"{PROJECTS}/p")]),
        ("BatchGetBuilds", {"ids": ["p:1", "p:2"]}, [("codebuild:BatchGetBuilds", f"{PROJECTS}/p")]),
        (
            "BatchGetProjects",
            {"names": ["p", f"{PROJECTS}/q"]},
            [("codebuild:BatchGetProjects", f"{PROJECTS}/p"), ("codebuild:BatchGetProjects", f"{PROJECTS}/q")],
        ),
        ("StopBuild", {"id": f"arn:aws:codebuild:{HERE}:build/p:1"}, [("codebuild:StopBuild", f"{PROJECTS}/p")]),
    ],
    "cloudformation": [
        (
            "CreateStack",
            {"StackName": "s", "RoleARN": ROLE, "Tags": [TAG]},
            [("cloudformation:CreateStack", f"{STACKS}/s/*"), PASS],
        ),
        ("DescribeStacks", {"StackName": f"{STACKS}/s/1"}, [("cloudformation:DescribeStacks", f"{STACKS}/s/1")]),
        ("DescribeStacks", {}, [("cloudformation:DescribeStacks", "*")]),
        ("ValidateTemplate", {"TemplateBody": "{}"}, [("cloudformation:ValidateTemplate", "*")]),
    ],
}


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [(service, *case) for service, cases in CASES.items() for case in cases],
)
def test_operation(service: str, operation: str, arguments: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert needs_of(service, operation, **arguments) == expected
