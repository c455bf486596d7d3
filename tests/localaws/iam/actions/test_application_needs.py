"""What the requests of Lambda, SQS, SNS, DynamoDB and Systems Manager need.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_<service>.html:
awslambda, amazonsqs, amazonsns,
amazondynamodb, awssystemsmanager
"""

from __future__ import annotations

from typing import Any

import pytest
from sent_calls import ROLE, needs_of

HERE = "us-east-1:111122223333"
FUNCTIONS = f"arn:aws:lambda:{HERE}:function"
QUEUES = f"arn:aws:sqs:{HERE}"
TOPIC = f"arn:aws:sns:{HERE}:t"
TABLES = f"arn:aws:dynamodb:{HERE}:table"
PARAMETERS = f"arn:aws:ssm:{HERE}:parameter"
TAG = {"Key": "a", "Value": "b"}
PASS = ("iam:PassRole", ROLE)
QUEUE_URL = "http://127.0.0.1:1/111122223333/q"
KEY = {"id": {"S": "1"}}
Case = tuple[str, dict[str, Any], list[tuple[str, str]]]

CASES: dict[str, list[Case]] = {
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
}


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [(service, *case) for service, cases in CASES.items() for case in cases],
)
def test_operation(service: str, operation: str, arguments: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert needs_of(service, operation, **arguments) == expected
