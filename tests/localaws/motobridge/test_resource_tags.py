"""The tags of resources, as conditions on `aws:ResourceTag/…` see them."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jobs.world import REGION, administrator_keys, another_account

from localaws.motobridge.policies import AttachedPolicies
from localaws.stack import Stack

UPPER = [{"Key": "team", "Value": "blue"}]
LOWER = [{"key": "team", "value": "blue"}]
BY_KEY = {"team": "blue"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Tagged:
    """A stack in this process, and what it knows of tags."""

    def __init__(self, stack: Stack) -> None:
        self.session, self.account_id = stack.session(administrator_keys(stack)), stack.account_id
        self.policies: AttachedPolicies = stack.principals.policies

    def client(self, service: str) -> Any:
        return self.session.client(service)

    def arn(self, service: str, name: str, region: str = REGION) -> str:
        return f"arn:aws:{service}:{region}:{self.account_id}:{name}"


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tagged]:
    folder = tmp_path_factory.mktemp("stack")
    stack = Stack(REGION, another_account(), folder, "", folder)
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    made = Tagged(stack)
    made.client("iam").create_role(
        RoleName="tagged", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=UPPER, Path="/some/"
    )
    yield made
    stack.close()
    server.close()


def _role(tagged: Tagged) -> str:
    return tagged.arn("iam", "role/some/tagged", "")


def _user(tagged: Tagged) -> str:
    return str(tagged.client("iam").create_user(UserName="tagged", Tags=UPPER)["User"]["Arn"])


def _policy(tagged: Tagged) -> str:
    text = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    made = tagged.client("iam").create_policy(PolicyName="tagged", PolicyDocument=text, Tags=UPPER)
    return str(made["Policy"]["Arn"])


def _queue(tagged: Tagged) -> str:
    tagged.client("sqs").create_queue(QueueName="tagged", tags=BY_KEY)
    return tagged.arn("sqs", "tagged")


def _topic(tagged: Tagged) -> str:
    return str(tagged.client("sns").create_topic(Name="tagged", Tags=UPPER)["TopicArn"])


def _function(tagged: Tagged) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    made = tagged.client("lambda").create_function(
        FunctionName="tagged",
        Runtime="python3.12",
        Role=_role(tagged),
        Handler="handler.run",
        Code={"ZipFile": code.getvalue()},
        Tags=BY_KEY,
    )
    return str(made["FunctionArn"])


def _log_group(tagged: Tagged) -> str:
    tagged.client("logs").create_log_group(logGroupName="/tagged", tags=BY_KEY)
    return tagged.arn("logs", "log-group:/tagged")


def _rule(tagged: Tagged) -> str:
    return str(tagged.client("events").put_rule(Name="tagged", ScheduleExpression="rate(1 day)", Tags=UPPER)["RuleArn"])


def _bus(tagged: Tagged) -> str:
    return str(tagged.client("events").create_event_bus(Name="tagged", Tags=UPPER)["EventBusArn"])


def _schedule_group(tagged: Tagged) -> str:
    return str(tagged.client("scheduler").create_schedule_group(Name="tagged", Tags=UPPER)["ScheduleGroupArn"])


def _key(tagged: Tagged) -> str:
    tags = [{"TagKey": "team", "TagValue": "blue"}]
    return str(tagged.client("kms").create_key(Tags=tags)["KeyMetadata"]["Arn"])


def _repository(tagged: Tagged) -> str:
    made = tagged.client("ecr").create_repository(repositoryName="team/tagged", tags=UPPER)
    return str(made["repository"]["repositoryArn"])


def _parameter(tagged: Tagged) -> str:
    tagged.client("ssm").put_parameter(Name="/team/tagged", Value="x", Type="String", Tags=UPPER)
    return tagged.arn("ssm", "parameter/team/tagged")


def _table(tagged: Tagged) -> str:
    made = tagged.client("dynamodb").create_table(
        TableName="tagged",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=UPPER,
    )
    return str(made["TableDescription"]["TableArn"])


def _pipeline(tagged: Tagged) -> str:
    source = {
        "name": "source",
        "actions": [
            {
                "name": "source",
                "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
                "configuration": {"S3Bucket": "b", "S3ObjectKey": "k"},
                "outputArtifacts": [{"name": "artifact"}],
            }
        ],
    }
    build = {
        "name": "build",
        "actions": [
            {
                "name": "build",
                "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
            }
        ],
    }
    trust = json.dumps(TRUST).replace("lambda.", "codepipeline.")
    role = tagged.client("iam").create_role(RoleName="pipeline", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    tagged.client("codepipeline").create_pipeline(
        pipeline={
            "name": "tagged",
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": "bucket"},
            "stages": [source, build],
        },
        tags=LOWER,
    )
    return tagged.arn("codepipeline", "tagged")


def _project(tagged: Tagged) -> str:
    made = tagged.client("codebuild").create_project(
        name="tagged",
        source={"type": "S3", "location": "b/k.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=_role(tagged),
        tags=LOWER,
    )
    return str(made["project"]["arn"])


def _alarm(tagged: Tagged) -> str:
    tagged.client("cloudwatch").put_metric_alarm(
        AlarmName="tagged",
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=UPPER,
    )
    return tagged.arn("cloudwatch", "alarm:tagged")


MAKERS = [
    _role,
    _user,
    _policy,
    _queue,
    _topic,
    _function,
    _log_group,
    _rule,
    _bus,
    _schedule_group,
    _key,
    _repository,
    _parameter,
    _table,
    _pipeline,
    _project,
    _alarm,
]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__.strip("_"))
def test_tags_are_read(tagged: Tagged, make: Callable[[Tagged], str]) -> None:
    arn = make(tagged)
    assert tagged.policies.resource_tags(arn) == BY_KEY
    assert tagged.policies.resource_tags(arn + "-2") == {}
    assert tagged.policies.resource_tags(arn.replace(tagged.account_id, "999999999999")) == {}


def test_parts_have_the_tags_of_what_they_belong_to(tagged: Tagged) -> None:
    tagged.client("logs").create_log_group(logGroupName="/streams", tags=BY_KEY)
    for part in (":*", ":log-stream:a", ":log-stream:*"):
        assert tagged.policies.resource_tags(tagged.arn("logs", f"log-group:/streams{part}")) == BY_KEY
    assert tagged.policies.resource_tags(tagged.arn("logs", "log-group:/other:*")) == {}


@pytest.mark.parametrize("arn", ["", "*", "arn:aws:sqs", "arn:aws:sqs:nowhere:{}:q", "arn:aws:none:us-east-1:{}:x"])
def test_what_has_no_tags(tagged: Tagged, arn: str) -> None:
    assert tagged.policies.resource_tags(arn.format(tagged.account_id)) == {}


def test_schedules_and_groups_have_the_names_and_tags_that_clients_give(tagged: Tagged) -> None:
    scheduler = tagged.client("scheduler")
    made = scheduler.create_schedule(
        Name="named",
        ScheduleExpression="at(2100-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:scheduler:::aws-sdk:sqs:listQueues", "RoleArn": _role(tagged)},
    )
    assert made["ScheduleArn"].endswith(":schedule/default/named")
    assert scheduler.get_schedule(Name="named")["Name"] == "named"
    group = scheduler.create_schedule_group(Name="named")["ScheduleGroupArn"]
    scheduler.tag_resource(ResourceArn=group, Tags=UPPER)
    assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == UPPER
    assert tagged.policies.resource_tags(group) == BY_KEY
