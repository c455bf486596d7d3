"""InvokeEndpointAsync: a queue, with input and output in S3."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .world import BUCKET, REGION, World, unique


def settings(*, concurrent: int = 0, **output: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/async/out/", "S3FailurePath": f"s3://{BUCKET}/async/failed"}
    }
    found["OutputConfig"] |= output
    if concurrent:
        found["ClientConfig"] = {"MaxConcurrentInvocationsPerInstance": concurrent}
    return found


@pytest.fixture(scope="module")
def endpoint(world: World) -> str:
    return world.endpoint(world.config(world.model("hello"), AsyncInferenceConfig=settings(concurrent=1)))


def ask(world: World, endpoint: str, body: bytes, **members: Any) -> Any:
    location = world.put(f"async/in/{unique('input')}", body)
    return world.runtime.invoke_endpoint_async(
        EndpointName=endpoint, InputLocation=location, **{"ContentType": "text/csv", **members}
    )


def read(world: World, location: str, seconds: float = 30) -> Any:
    """The object, once it is there."""
    key = location.removeprefix(f"s3://{BUCKET}/")

    def there() -> bool:
        return "Contents" in world.s3.list_objects_v2(Bucket=BUCKET, Prefix=key)

    wait(there, seconds)
    return world.s3.get_object(Bucket=BUCKET, Key=key)


def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def test_the_answer_comes_to_s3(world: World, endpoint: str) -> None:
    answer = ask(world, endpoint, b"echo", InferenceId="mine", Accept="text/x-own", CustomAttributes="c=1")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert answer["InferenceId"] == "mine"
    assert answer["OutputLocation"].startswith(f"s3://{BUCKET}/async/out/")
    assert answer["OutputLocation"].endswith(".out")
    found = read(world, answer["OutputLocation"])
    assert found["ContentType"] == "text/plain"
    seen = json.loads(found["Body"].read())
    assert (seen["content-type"], seen["accept"]) == ("text/csv", "text/x-own")
    assert (seen["x-amzn-sagemaker-inference-id"], seen["x-amzn-sagemaker-custom-attributes"]) == ("mine", "c=1")
    assert world.describe(endpoint)["AsyncInferenceConfig"] == settings(concurrent=1)


@pytest.mark.parametrize(("given", "seen"), [({"ContentType": "text/x-object"}, "text/x-object"), ({}, None)])
def test_the_type_of_the_object_counts_where_none_is_given(
    world: World, endpoint: str, given: dict[str, str], seen: str | None
) -> None:
    key = f"async/in/{unique('input')}"
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=b"echo", **given)
    answer = world.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation=f"s3://{BUCKET}/{key}")
    assert json.loads(read(world, answer["OutputLocation"])["Body"].read()).get("content-type") == seen


def test_input_in_the_request_and_a_chosen_place(world: World, endpoint: str) -> None:
    answer = world.runtime.invoke_endpoint_async(
        EndpointName=endpoint, Body=b"x", S3OutputPathExtension="today/mine", Filename="answer.txt"
    )
    assert answer["OutputLocation"] == f"s3://{BUCKET}/async/out/today/mine/answer.txt"
    assert read(world, answer["OutputLocation"])["Body"].read() == b"hello"
    assert len(answer["InferenceId"]) == 36


def test_a_refusal_of_the_model_goes_to_the_failure_path(world: World, endpoint: str) -> None:
    answer = ask(world, endpoint, b"fail 400")
    assert read(world, answer["FailureLocation"])["Body"].read() == b"as asked"
    assert world.objects(answer["OutputLocation"].removeprefix(f"s3://{BUCKET}/")) == {}


def test_input_that_is_not_there(world: World, endpoint: str) -> None:
    location = f"s3://{BUCKET}/async/in/nothing"
    answer = world.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation=location)
    words = read(world, answer["FailureLocation"])["Body"].read().decode()
    assert words.startswith(f"Failed to download the input {location}: ")


def test_so_many_at_once_and_no_more(world: World) -> None:
    peaks = []
    for concurrent in (1, 3):
        config = world.config(world.model("hello"), AsyncInferenceConfig=settings(concurrent=concurrent))
        name = world.endpoint(config)
        answers = [ask(world, name, b"sleep 0.3") for _ in range(6)]
        for answer in answers:
            read(world, answer["OutputLocation"])
        peaks.append(int(read(world, ask(world, name, b"peak")["OutputLocation"])["Body"].read()))
    assert peaks == [1, 3]


def test_topics_are_told(world: World) -> None:
    sns, sqs = world.client("sns"), world.client("sqs")
    queue = sqs.create_queue(QueueName=unique("async"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics = {}
    for name in ("SuccessTopic", "ErrorTopic"):
        topics[name] = sns.create_topic(Name=unique(name))["TopicArn"]
        sns.subscribe(TopicArn=topics[name], Protocol="sqs", Endpoint=arn)
    _allow(world, "sns:Publish")
    config = settings(NotificationConfig=topics)
    name = world.endpoint(world.config(world.model("hello"), AsyncInferenceConfig=config))
    good, bad = ask(world, name, b"x"), ask(world, name, b"fail 500")
    found: dict[str, Any] = {}

    def told() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            told = json.loads(json.loads(message["Body"])["Message"])
            found[told["inferenceId"]] = told
        return len(found) == 2

    wait(told)
    success, failure = found[good["InferenceId"]], found[bad["InferenceId"]]
    assert success["invocationStatus"] == "Completed"
    assert success["awsRegion"] == REGION
    assert success["responseParameters"] == {"contentType": "text/plain", "outputLocation": good["OutputLocation"]}
    assert success["requestParameters"]["endpointName"] == name
    assert failure["invocationStatus"] == "Failed"
    assert failure["failureReason"].startswith("ClientError: Received server error (500) from model.")
    assert failure["responseParameters"]["outputLocation"] == bad["FailureLocation"]


def _allow(world: World, action: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.client("iam").put_role_policy(
        RoleName=world.role.rsplit("/", 1)[1], PolicyName=unique("allow"), PolicyDocument=document
    )


def test_each_kind_of_endpoint_has_its_operation(world: World, endpoint: str) -> None:
    answer = world.invoke(endpoint)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ValidationError")
    assert "Use InvokeEndpointAsync" in answer.json["Message"]
    real_time = world.endpoint(world.config(world.model("hello")))
    with pytest.raises(ClientError, match="is not asynchronous"):
        world.runtime.invoke_endpoint_async(EndpointName=real_time, Body=b"x")


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"", {}, "either as InputLocation, an S3 URI, or as Body"),
        (b"x", {"InputLocation": "s3://b/k"}, "either as InputLocation, an S3 URI, or as Body"),
        (b"", {"InputLocation": "ftp://b/k"}, "at 'inputLocation' failed to satisfy constraint"),
        (b"", {"InputLocation": "https://b.s3.amazonaws.com/k"}, "is not of the form s3://bucket/key"),
        (b"x", {"RequestTTLSeconds": "59"}, "at 'requestTTLSeconds' failed to satisfy constraint: Member must be betw"),
        (b"x", {"InvocationTimeoutSeconds": "0"}, "at 'invocationTimeoutSeconds' failed to satisfy constraint"),
        (b"x", {"Filename": "a/b"}, "at 'filename' failed to satisfy constraint"),
        (b"x" * 128_001, {}, "Body has 128001 bytes, more than 128000"),
    ],
)
def test_request_that_is_refused(world: World, endpoint: str, body: bytes, headers: dict[str, str], words: str) -> None:
    sent = {f"X-Amzn-SageMaker-{name}": value for name, value in headers.items()}
    answer = world.invoke(endpoint, body, sent, route="async-invocations")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ValidationError")
    assert words in answer.json["Message"]


def test_configuration_that_is_refused(world: World) -> None:
    model, other = world.model("hello"), world.model("hello")
    with pytest.raises(ClientError, match="S3OutputPath of AsyncInferenceConfig is missing"):
        world.config(model, AsyncInferenceConfig={"OutputConfig": {}})
    with pytest.raises(ClientError, match="only one production variant"):
        world.config(model, other, AsyncInferenceConfig=settings())
    variant = {
        "VariantName": "A",
        "ModelName": model,
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    with pytest.raises(ClientError, match="AsyncInferenceConfig is not supported for serverless endpoints"):
        world.config(AsyncInferenceConfig=settings(), ProductionVariants=[variant])
