"""What the requests of CloudWatch, CloudWatch Logs, EventBridge and EventBridge Scheduler need.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_<service>.html:
amazoncloudwatch, amazoncloudwatchlogs, amazoneventbridge,
amazoneventbridgescheduler
"""

from __future__ import annotations

from typing import Any

import pytest
from sent_calls import ROLE, needs_of

HERE = "us-east-1:111122223333"
LOGS = f"arn:aws:logs:{HERE}"
EVENTS = f"arn:aws:events:{HERE}"
SCHEDULER = f"arn:aws:scheduler:{HERE}"
ALARMS = f"arn:aws:cloudwatch:{HERE}:alarm"
TAG = {"Key": "a", "Value": "b"}
PASS = ("iam:PassRole", ROLE)
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
}


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [(service, *case) for service, cases in CASES.items() for case in cases],
)
def test_operation(service: str, operation: str, arguments: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert needs_of(service, operation, **arguments) == expected
