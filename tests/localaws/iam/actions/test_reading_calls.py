"""Reading the operation and its parameters out of requests of every protocol, hostile ones included."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from sent_calls import ACCOUNT, ROLE, call_of, sent_request

from localaws.api.compression import MAX_BYTES
from localaws.api.errors import AwsError
from localaws.api.request import Request
from localaws.iam.actions import Call, UnmappedError, needs, read_call
from localaws.iam.actions.arns import Format
from localaws.iam.actions.reference import reference
from localaws.iam.actions.services import MAPPINGS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signed(service: str) -> dict[str, str]:
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/{service}/aws4_request, SignedHeaders=h"
    }


# Protocol → a boto3 call; its parameters must come back as they were given.
SENT: list[tuple[str, str, str, dict[str, Any]]] = [
    ("json", "sagemaker", "CreateModel", {"ModelName": "m", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("json", "sqs", "CreateQueue", {"QueueName": "q", "tags": {"a": "b"}}),
    ("query", "iam", "CreateRole", {"RoleName": "r", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": ""}]}),
    ("query", "iam", "SimulateCustomPolicy", {"ActionNames": ["a", "b"], "PolicyInputList": ["{}"]}),
    ("query", "sns", "CreateTopic", {"Name": "t", "Attributes": {"DisplayName": "x", "Policy": "{}"}}),
    ("query", "cloudformation", "CreateStack", {"StackName": "s", "Parameters": [{"ParameterKey": "a"}]}),
    ("query", "sts", "AssumeRole", {"RoleArn": ROLE, "TransitiveTagKeys": ["a"]}),
    ("cbor", "cloudwatch", "PutMetricData", {"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1.5}]}),
    ("cbor", "codebuild", "BatchGetBuilds", {"ids": ["p:1"]}),
    ("rest-json", "lambda", "CreateFunction", {"FunctionName": "f", "Role": ROLE, "Tags": {"a": "b"}}),
    ("rest-json", "lambda", "UntagResource", {"Resource": "arn:x", "TagKeys": ["a", "b"]}),
    ("rest-json", "lambda", "ListVersionsByFunction", {"FunctionName": "f"}),
    ("rest-json", "lambda", "GetFunction", {"FunctionName": "f", "Qualifier": "1"}),
    ("rest-json", "scheduler", "CreateSchedule", {"Name": "s", "GroupName": "g", "Target": {"RoleArn": ROLE}}),
    ("rest-json", "scheduler", "UntagResource", {"ResourceArn": "arn:a/b", "TagKeys": ["a"]}),
    ("rest-json", "scheduler", "GetSchedule", {"Name": "s p", "GroupName": "g"}),
]


@pytest.mark.parametrize(("protocol", "service", "operation", "arguments"), SENT)
def test_parameters_come_back(protocol: str, service: str, operation: str, arguments: dict[str, Any]) -> None:
    call = call_of(sent_request(service, operation, **arguments))
    given = {name: value for name, value in call.parameters.items() if name in arguments}
    assert (call.service, call.operation, given) == (service, operation, arguments)


def test_older_protocols_of_a_service() -> None:
    """Releases of SDKs from before 2023 call SQS and CloudWatch by query."""
    named = Request.read("POST", "/111122223333/q", {**signed("sqs"), **FORM}, b"Action=SendMessage&MessageBody=x")
    assert needs(call_of(named), ACCOUNT)[0].resource == "arn:aws:sqs:us-east-1:111122223333:q"
    body = b"Action=DeleteAlarms&AlarmNames.member.1=a&AlarmNames.member.2=b"
    alarms = needs(call_of(Request.read("POST", "/", {**signed("monitoring"), **FORM}, body)), ACCOUNT)
    assert [need.resource.rpartition(":")[2] for need in alarms] == ["a", "b"]


JSON_TARGET = {"X-Amz-Target": "SageMaker.DeleteModel"}
CBOR = {"Smithy-Protocol": "rpc-v2-cbor"}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe\xff", b'{"a": NaN', b"[" * 100_000, b'{"a":' * 100_000),
        json.dumps([1]).encode(),
        b"1" * 10_000,
    ],
)
def test_json_body_that_cannot_be_read(body: bytes) -> None:
    assert read_call("sagemaker", "DeleteModel", headers=JSON_TARGET, body=body) == Call("sagemaker", "DeleteModel")
    path = "/2015-03-31/functions"
    assert read_call("lambda", "", raw_path=path, body=body) == Call("lambda", "CreateFunction")


def test_compressed_body() -> None:
    """botocore compresses PutMetricData from 10 KB on."""
    data = [{"MetricName": f"m{number}", "Value": 1.0} for number in range(1000)]
    request = sent_request("cloudwatch", "PutMetricData", Namespace="N", MetricData=data)
    assert request.headers["Content-Encoding"] == "gzip"
    assert call_of(request).parameters["Namespace"] == "N"


COMPRESSED = {
    "empty": b"",
    "another format": b"no gzip",
    "cut off": gzip.compress(b"{}")[:-3],
    "too large": gzip.compress(b" " * (MAX_BYTES + 1)),
}


@pytest.mark.parametrize("kind", COMPRESSED)
def test_compressed_body_that_cannot_be_read(kind: str) -> None:
    headers = {**JSON_TARGET, "Content-Encoding": "gzip"}
    call = read_call("sagemaker", "DeleteModel", headers=headers, body=COMPRESSED[kind])
    assert call == Call("sagemaker", "DeleteModel")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\xa1", b"\xff", b"\x9f", b"\x80", b"\xa1\x01\x02", b"\xa1\x61", b"\xa1\x61a", b"\x81" * 100_000),
        *(b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x5b" + b"\xff" * 8),
        *(b"\xa1\x61\xffx", b"\x1c", b"\xf8", b"\x7f\x41a\xff", b"\xa0\xa0", b"\xc1", b"\xbf\x61a\xff"),
    ],
)
def test_cbor_body_that_cannot_be_read(body: bytes) -> None:
    call = read_call("monitoring", "DeleteAlarms", headers=CBOR, body=body)
    assert call == Call("cloudwatch", "DeleteAlarms")


@pytest.mark.parametrize(
    "form",
    [
        {"RoleName": "r", "RoleName.member.1": "s"},
        {"RoleName.member.1": "s", "RoleName": "r"},
        {".": "x", "..": "y", "": "z", "Tags.": "a", "Tags.member.": "b"},
        {"Tags.member.x.Key": "a", "Tags.member.1": "b", "Tags.member.99999999999.Key": "c"},
        {"Tags.member.1.Key.x": "a", "Tags.member.²": "b"},
        {"Tags.entry.1.key.x": "a", "Tags.entry.1.value": "b"},
        {".".join("a" * 100_000): "deep"},
    ],
)
def test_form_that_contradicts_itself(form: dict[str, str]) -> None:
    call = read_call("iam", "TagRole", form={"Action": "TagRole", **form})
    assert {need.action for need in needs(call, ACCOUNT)} == {"iam:TagRole"}


def test_list_of_a_form_is_in_the_order_of_its_numbers() -> None:
    form = {"Action": "X", **{f"N.member.{number}": str(number) for number in (10, 9, 1)}}
    assert read_call("iam", "X", form=form).parameters == {"N": ["1", "9", "10"]}


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/2015-03-31/functions/", "ListFunctions"),
        ("GET", "/2015-03-31/functions", "ListFunctions"),
        ("POST", "/2015-03-31/functions/f/invocations", "Invoke"),
        ("DELETE", "/2015-03-31/functions/f", "DeleteFunction"),
        ("GET", "/2015-03-31/functions/../x", ""),
        ("GET", "/2015-03-31//functions", ""),
        ("PATCH", "/2015-03-31/functions/f", ""),
        ("GET", "/", ""),
        ("GET", "/" + "x/" * 50_000, ""),
    ],
)
def test_paths(method: str, path: str, operation: str) -> None:
    assert read_call("lambda", "", method=method, raw_path=path).operation == operation


@pytest.mark.parametrize(
    ("service", "target", "headers", "body"),
    [
        ("lambda", "/2015-03-31/functions/f?Action=ListFunctions", {}, b""),
        ("lambda", "/2015-03-31/functions/f", {"X-Amz-Target": "X.ListFunctions"}, b""),
        ("scheduler", "/schedules/s", FORM, b"Action=ListSchedules"),
        ("sagemaker", "/endpoints/e/invocations", FORM, b"Action=ListTags"),
        ("sqs", "/?Action=ListQueues", {"X-Amz-Target": "AmazonSQS.DeleteQueue"}, b"{}"),
        ("monitoring", "/service/X/operation/DeleteAlarms", {**CBOR, **FORM}, b"Action=ListMetrics"),
        ("monitoring", "/service/X/operation/DeleteAlarms", {**CBOR, "X-Amz-Target": "X.ListMetrics"}, b"{}"),
        ("iam", "/", {}, b""),
        ("no-such-service", "/", {}, b""),
        ("no-such-service", "/", FORM, b"Action=X"),
        ("sagemaker", "/", {"X-Amz-Target": "SageMaker.NoSuchOperation"}, b"{}"),
        ("source", "/", {"X-Amz-Target": "X.Y"}, b"{}"),
    ],
)
def test_request_of_which_the_needs_are_not_known_is_denied(
    service: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    call = call_of(Request.read("POST", target, {**signed(service), **headers}, body))
    with pytest.raises(UnmappedError, match="does not know which permissions") as caught:
        needs(call, ACCOUNT)
    assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)


def test_every_name_that_a_service_might_read_is_decided() -> None:
    """A service reads one of two members; the permission on the other one does not suffice."""

    def resources(service: str, operation: str, **parameters: Any) -> set[str]:
        found = needs(Call(service, operation, parameters), ACCOUNT)
        return {need.resource.split(":", 5)[5] for need in found}

    assert resources("logs", "DescribeLogStreams", logGroupIdentifier="mine", logGroupName="other") == {
        "log-group:mine:log-stream:",
        "log-group:other:log-stream:",
    }
    assert resources("logs", "GetLogEvents", logGroupIdentifier="mine", logGroupName="other", logStreamName="s") == {
        "log-group:*:log-stream:s"
    }
    assert resources("sqs", "DeleteQueue", QueueUrl="http://x/other", QueueName="mine") == {"other", "mine"}
    assert resources("dynamodb", "DeleteTable", tablename="mine", TableName="other") == {"table/mine", "table/other"}
    assert resources("events", "PutTargets", Name="mine", Rule="other") == {"rule/other"}
    assert resources("sns", "Publish", TopicArn="arn:aws:sns:r:1:a", TargetArn="arn:aws:sns:r:1:b") == {"a", "b"}


@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}, [[]], [None], {"a": {}}, [{"a": 1}], "", "\x00", "é*"])
def test_values_of_any_type(value: Any) -> None:
    """No value of a member makes the needs fail, or fewer than the operation's own."""
    for service, operation, member in [
        *(("sagemaker", "CreateTrainingJob", name) for name in ("TrainingJobName", "Tags", "RoleArn", "VpcConfig")),
        *(("dynamodb", "BatchGetItem", "RequestItems"), ("dynamodb", "GetItem", "Key")),
        *(("dynamodb", "TransactWriteItems", "TransactItems"), ("events", "PutEvents", "Entries")),
        *(("events", "PutRule", "EventPattern"), ("events", "PutTargets", "Targets"), ("kms", "Decrypt", "KeyId")),
        *(("kms", "Encrypt", "EncryptionContext"), ("kms", "Decrypt", "CiphertextBlob")),
        *(("sns", "CreateTopic", "Attributes"), ("sqs", "SendMessage", "QueueUrl"), ("ecr", "PutImage", "registryId")),
        *(("lambda", "Invoke", "FunctionName"), ("iam", "CreateRole", "Path"), ("ssm", "GetParameters", "Names")),
        *(("codepipeline", "CreatePipeline", "pipeline"), ("logs", "CreateLogGroup", "tags")),
        *(("ssm", "AddTagsToResource", "ResourceType"), ("sts", "AssumeRole", "RoleArn")),
        *(("application-autoscaling", "TagResource", "ResourceARN"), ("cloudformation", "CreateStack", "StackName")),
    ]:
        assert needs(Call(service, operation, {member: value}), ACCOUNT)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("cloudwatch", "DescribeAlarms", {"AlarmNames": [f"a{number}" for number in range(100_000)]}),
        ("events", "PutTargets", {"Targets": [{"RoleArn": f"{ROLE}{number}"} for number in range(100_000)]}),
        ("dynamodb", "BatchGetItem", {"RequestItems": {f"t{number}": {} for number in range(100_000)}}),
    ],
)
def test_request_that_names_too_much_is_refused(service: str, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(AwsError, match="1000 resources and roles at most: split the request"):
        needs(Call(service, operation, parameters), ACCOUNT)


def test_arn_is_matched_in_linear_time() -> None:
    """Of every format, on ARNs that match it but for the end; a test that hangs would be killed."""
    for service in MAPPINGS:
        known = reference(service)
        assert known is not None
        for text in known.resources.values():
            form = Format.read(text)
            start = form.fill(ACCOUNT, dict.fromkeys(form.placeholders, "a"))
            assert form.matches(start)
            for part in (":", "/", "a:", "a/"):
                form.matches(start[:-1] + part * 200_000 + "\n")
