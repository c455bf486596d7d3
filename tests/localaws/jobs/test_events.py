"""State changes of jobs reach the rules of the account's default event bus."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.services.events import publish

from .world import REGION, World, administrator


@pytest.fixture
def queue(world: World) -> str:
    """A queue that a rule fills with SageMaker's events."""
    session = administrator(world.stack)
    sqs, events = session.client("sqs"), session.client("events")
    url = sqs.create_queue(QueueName="job-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.sagemaker"], "detail": {"ProcessingJobStatus": ["Completed", "Failed"]}}
    events.put_rule(Name="jobs", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="jobs", Targets=[{"Id": "queue", "Arn": arn}])
    return str(url)


def received(world: World, queue: str) -> list[dict[str, Any]]:
    answer = administrator(world.stack).client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def test_a_job_that_ends_is_an_event_with_what_describe_answers(world: World, queue: str) -> None:
    ended = {
        name: world.finish("ProcessingJob", name) for name in (world.processing("1 + 1"), world.processing("1 / 0"))
    }
    events: dict[str, Any] = {}

    def all_came() -> bool:
        events.update({event["detail"]["ProcessingJobName"]: event for event in received(world, queue)})
        return set(events) == set(ended)

    world.wait(all_came)
    for name, described in ended.items():
        event = events[name]
        assert event["detail-type"] == "SageMaker Processing Job State Change"
        assert (event["source"], event["region"]) == ("aws.sagemaker", REGION)
        assert event["resources"] == [described["ProcessingJobArn"]]
        assert event["detail"]["ProcessingJobStatus"] == described["ProcessingJobStatus"]
        assert event["detail"]["CreationTime"] == int(described["CreationTime"].timestamp() * 1000)


def test_any_service_can_publish(world: World, queue: str) -> None:
    received(world, queue)
    detail = {"ProcessingJobStatus": "Completed", "of": "another service"}
    publish(world.stack, "aws.sagemaker", "Something", detail, ["arn:aws:x:::y"])
    publish(world.stack, "aws.elsewhere", "Something", detail, [])
    [event] = received(world, queue)
    assert (event["detail-type"], event["detail"], event["resources"]) == ("Something", detail, ["arn:aws:x:::y"])
