"""The condition keys that requests show, by the tables of AWS's service authorization reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_<service>.html#<service>-policy-keys
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sent_calls import ACCOUNT, ROLE, context_of

from localaws.iam.actions import Call, needs

TAGGED = {"aws:requesttag/team": ("a",), "aws:tagkeys": ("Team",)}
TAG = {"Key": "Team", "Value": "a"}
ARN = "arn:aws:sns:us-east-1:111122223333:t"


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [
        ("cloudwatch", "PutMetricData", {"Namespace": "N"}, {"cloudwatch:namespace": ("N",)}),
        ("cloudwatch", "PutMetricAlarm", {"AlarmActions": [ARN]}, {"cloudwatch:alarmactions": (ARN,)}),
        ("cloudwatch", "PutMetricAlarm", {"Namespace": "N"}, {}),
        ("lambda", "AddPermission", {"FunctionName": "f", "Principal": "s3"}, {"lambda:principal": ("s3",)}),
        ("lambda", "CreateFunction", {"FunctionName": "f", "Layers": ["l1", "l2"]}, {"lambda:layer": ("l1", "l2")}),
        (
            "lambda",
            "CreateEventSourceMapping",
            {"FunctionName": "f"},
            {"lambda:functionarn": ("arn:aws:lambda:us-east-1:111122223333:function:f",)},
        ),
        (
            "events",
            "PutEvents",
            {"Entries": [{"Source": "a", "DetailType": "d"}, {"Source": "b"}]},
            {"events:source": ("a", "b"), "events:detail-type": ("d",)},
        ),
        (
            "events",
            "PutRule",
            {"Name": "r", "EventPattern": json.dumps({"source": ["aws.sagemaker"], "detail-type": ["x"]})},
            {"events:source": ("aws.sagemaker",), "events:detail-type": ("x",)},
        ),
        ("events", "PutTargets", {"Rule": "r", "Targets": [{"Arn": ARN}]}, {"events:targetarn": (ARN,)}),
        ("dynamodb", "GetItem", {"TableName": "t", "Key": {"id": {"S": "x"}}}, {"dynamodb:leadingkeys": ("x",)}),
        ("dynamodb", "GetItem", {"TableName": "t", "Key": {"id": {"S": "x"}, "at": {"N": "1"}}}, {}),
        ("sns", "Subscribe", {"TopicArn": ARN, "Protocol": "sqs"}, {"sns:protocol": ("sqs",)}),
        ("ssm", "PutParameter", {"Name": "n", "Overwrite": True}, {"ssm:overwrite": ("true",)}),
        (
            "application-autoscaling",
            "RegisterScalableTarget",
            {"ServiceNamespace": "sagemaker", "ScalableDimension": "d"},
            {
                "application-autoscaling:service-namespace": ("sagemaker",),
                "application-autoscaling:scalable-dimension": ("d",),
            },
        ),
        ("cloudformation", "CreateStack", {"StackName": "s", "RoleARN": ROLE}, {"cloudformation:rolearn": (ROLE,)}),
    ],
)
def test_keys(service: str, operation: str, arguments: dict[str, Any], expected: dict[str, Any]) -> None:
    assert context_of(service, operation, **arguments) == expected


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("iam", "TagRole", {"RoleName": "r", "Tags": [TAG]}),
        ("cloudwatch", "TagResource", {"ResourceARN": ARN, "Tags": [TAG]}),
        ("logs", "TagLogGroup", {"logGroupName": "g", "tags": {"Team": "a"}}),
        ("events", "TagResource", {"ResourceARN": ARN, "Tags": [TAG]}),
        ("scheduler", "TagResource", {"ResourceArn": ARN, "Tags": [TAG]}),
        ("lambda", "TagResource", {"Resource": ARN, "Tags": {"Team": "a"}}),
        ("sqs", "TagQueue", {"QueueUrl": "http://x/1/q", "Tags": {"Team": "a"}}),
        ("sns", "TagResource", {"ResourceArn": ARN, "Tags": [TAG]}),
        ("dynamodb", "TagResource", {"ResourceArn": ARN, "Tags": [TAG]}),
        ("ssm", "AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "n", "Tags": [TAG]}),
        ("ecr", "TagResource", {"resourceArn": ARN, "tags": [TAG]}),
        ("budgets", "TagResource", {"ResourceARN": ARN, "ResourceTags": [TAG]}),
        ("application-autoscaling", "TagResource", {"ResourceARN": ARN, "Tags": {"Team": "a"}}),
        ("codepipeline", "TagResource", {"resourceArn": ARN, "tags": [{"key": "Team", "value": "a"}]}),
        ("codebuild", "CreateProject", {"name": "p", "tags": [{"key": "Team", "value": "a"}]}),
        ("cloudformation", "CreateStack", {"StackName": "s", "Tags": [TAG]}),
    ],
)
def test_tags_of_every_shape(service: str, operation: str, arguments: dict[str, Any]) -> None:
    assert context_of(service, operation, **arguments) == TAGGED


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("iam", "UntagRole", {"RoleName": "r", "TagKeys": ["Team"]}),
        ("lambda", "UntagResource", {"Resource": ARN, "TagKeys": ["Team"]}),
        ("sqs", "UntagQueue", {"QueueUrl": "http://x/1/q", "TagKeys": ["Team"]}),
        ("codepipeline", "UntagResource", {"resourceArn": ARN, "tagKeys": ["Team"]}),
        ("ecr", "UntagResource", {"resourceArn": ARN, "tagKeys": ["Team"]}),
        ("budgets", "UntagResource", {"ResourceARN": ARN, "ResourceTagKeys": ["Team"]}),
        ("logs", "UntagLogGroup", {"logGroupName": "g", "tags": ["Team"]}),
        ("logs", "UntagResource", {"resourceArn": ARN, "tagKeys": ["Team"]}),
    ],
)
def test_keys_of_tags_that_are_removed(service: str, operation: str, arguments: dict[str, Any]) -> None:
    assert context_of(service, operation, **arguments) == {"aws:tagkeys": ("Team",)}


def test_tags_with_the_names_of_members() -> None:
    """A map is a map, even where its keys are those that lists of tags use."""
    needed = needs(Call("lambda", "TagResource", {"Resource": ARN, "Tags": {"Key": "x", "Value": "y"}}), ACCOUNT)
    assert needed[0].context["aws:tagkeys"] == ("Key", "Value")
