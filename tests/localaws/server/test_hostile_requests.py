"""Whatever a client sends is answered with a 4xx (or served), never with a 500, and leaves no traceback in the log."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest

DEEP = 20_000
DOCUMENTS = {
    "nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "nested lists": b"[" * DEEP + b"]" * DEEP,
    "an unclosed nest": b'{"a":' * DEEP,
    "a nest within json's limit": b"[" * 900 + b"]" * 900,
    "an escaped NUL": b'{"Name":"a\\u0000b"}',
    "a raw NUL": b'{"Name":"a\0b"}',
    "invalid UTF-8": b'{"Name":"\xff\xfe"}',
    "a lone surrogate": b'{"Name":"\\ud800"}',
    "a number out of range": b'{"MaxResults":1e999}',
    "NaN": b'{"MaxResults":NaN}',
    "infinity": b'{"MaxResults":-Infinity}',
    "a number of 6,000 digits": b'{"MaxResults":' + b"9" * 6000 + b"}",
    "nothing": b"",
    "duplicate keys": b'{"a":1,"a":2}',
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "an unclosed text": b'{"a',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
}
JSON_TARGETS = {
    "sagemaker": "SageMaker.CreateModel",
    "logs": "Logs_20140328.CreateLogGroup",
    "events": "AWSEvents.PutRule",
    "dynamodb": "DynamoDB_20120810.CreateTable",
    "kms": "TrentService.CreateKey",
    "sqs": "AmazonSQS.CreateQueue",
    "ssm": "AmazonSSM.PutParameter",
    "states": "AWSStepFunctions.CreateStateMachine",
    "monitoring": "GraniteServiceVersion20100801.PutMetricData",
    "budgets": "AWSBudgetServiceGateway.CreateBudget",
}
FORMS = {
    "nothing": b"",
    "no action": b"a=b",
    "an unknown action": b"Action=Nope",
    "NUL": b"Action=CreateRole&RoleName=a%00b&AssumeRolePolicyDocument=%00&Name=a%00",
    "invalid UTF-8": b"Action=CreateRole&RoleName=%ff%fe&AssumeRolePolicyDocument=\xff",
    "a nested document": b"Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=" + DOCUMENTS["nested lists"],
    "a nested name": b"Action=ListMetrics&" + b"Dimensions.member.1." * 3000 + b"=1",
    "many members": b"Action=ListUsers&" + b"&".join(b"a%d=1" % number for number in range(20_000)),
    "a great index": b"Action=PutMetricData&Namespace=x&MetricData.member.999999999.MetricName=x",
}
XML = {
    "nested elements": b"<a>" * DEEP + b"</a>" * DEEP,
    "unclosed elements": b"<a>" * DEEP,
    "nothing": b"",
    "NUL": b"<a>\0</a>",
    "invalid UTF-8": b"<a>\xff</a>",
    "JSON": b"{}",
    "another element": b"<Other/>",
    "UTF-16": "<a/>".encode("utf-16"),
    "entities": b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "' + b"&b;" * 50 + b'">]><a>&c;</a>',
}
SUBRESOURCES = (
    *("acl", "cors", "delete", "encryption", "lifecycle", "logging", "notification", "ownershipControls", "policy"),
    *("publicAccessBlock", "replication", "tagging", "versioning", "website", "object-lock"),
)
QUERIES = (
    *(
        "max-keys=x",
        "max-keys=-1",
        "max-keys=99999999999999999999",
        "list-type=9",
        "prefix=%ff",
        "uploads&max-uploads=x",
    ),
    *("list-type=2&continuation-token=z", "list-type=2&continuation-token=", "versions&max-keys=x", "delimiter=%00"),
)
RANGES = ("bytes=abc", "bytes=5-1", "bytes=-0", "bytes=99999999999999999999-", "lines=1")
HOST = b"Host: 127.0.0.1\r\n"
RAW = {
    "a negative length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "a length that is no number": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: abc\r\n\r\n",
    "a great length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n",
    "a length of 5,000 digits": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a bad chunk": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a negative chunk": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
    "a header over 64 KB": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
    "a header over 256 KB": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 300_000 + b"\r\n\r\n",
    "a request line over 64 KB": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a request line over 256 KB": b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "NUL in the path": b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "an open bracket": b"GET http://[::1/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a signature of other bytes": b"GET / HTTP/1.1\r\n" + HOST + b"Authorization: AWS \xff:\xff\r\n\r\n",
    "a presigned URL of other bytes": (
        b"GET /?X-Amz-Credential=%ff/%ff/%ff/%ff/%ff&X-Amz-Signature=%00&X-Amz-Date=z HTTP/1.1\r\n" + HOST + b"\r\n"
    ),
}


@pytest.fixture(autouse=True)
def log(module_stack: Any) -> Iterator[None]:
    """Whatever the test sends leaves no traceback."""
    before = len(module_stack.log())
    yield
    assert "Traceback" not in module_stack.log()[before:]


@pytest.fixture(scope="module")
def bucket(module_stack: Any) -> str:
    module_stack.client("s3").create_bucket(Bucket="hostile")
    module_stack.client("s3").put_object(Bucket="hostile", Key="key", Body=b"abc")
    return "/hostile"


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("service", JSON_TARGETS)
def test_json(module_stack: Any, service: str, document: str) -> None:
    version = "1.0" if service in ("dynamodb", "sqs", "states", "monitoring") else "1.1"
    headers = {"Content-Type": f"application/x-amz-json-{version}", "X-Amz-Target": JSON_TARGETS[service]}
    assert module_stack.send(service, "POST", "/", DOCUMENTS[document], headers).status < 500


@pytest.mark.parametrize("target", ["", "Nope.Nope", "SageMaker.Nope"])
@pytest.mark.parametrize("content_type", ["", "text/html", "application/x-amz-cbor-1.1", "application/x-amz-json-1.1"])
@pytest.mark.parametrize("service", ["sagemaker", "events", "monitoring"])
def test_headers_of_json(module_stack: Any, service: str, content_type: str, target: str) -> None:
    headers = {"Content-Type": content_type, "X-Amz-Target": target}
    sent = {name: value for name, value in headers.items() if value}
    assert 400 <= module_stack.send(service, "POST", "/", b"\xa1", sent).status < 500


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("service", ["iam", "sts", "sns", "sqs", "monitoring", "ec2", "autoscaling", "cloudformation"])
def test_forms(module_stack: Any, service: str, form: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert module_stack.send(service, "POST", "/", FORMS[form], headers).status < 500


@pytest.mark.parametrize("document", DOCUMENTS)
def test_policies(module_stack: Any, document: str) -> None:
    role = "arn:aws:iam::123456789012:role/hostile"
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
    )

    def form(service: str, action: str, **members: Any) -> int:
        body = urlencode({"Action": action, "Version": "2010-05-08", **members}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status: int = module_stack.send(service, "POST", "/", body, headers).status
        return status

    text = DOCUMENTS[document]
    form("iam", "CreateRole", RoleName="hostile", AssumeRolePolicyDocument=trust)
    assert 400 <= form("iam", "PutRolePolicy", RoleName="hostile", PolicyName="p", PolicyDocument=text) < 500
    assert 400 <= form("iam", "CreatePolicy", PolicyName="p", PolicyDocument=text) < 500
    simulated = {"PolicySourceArn": role, "ActionNames.member.1": "s3:GetObject", "PolicyInputList.member.1": text}
    assert form("iam", "SimulatePrincipalPolicy", **simulated) < 500
    assert form("iam", "UpdateAssumeRolePolicy", RoleName="hostile", PolicyDocument=text) < 500
    # What was stored of it does no harm afterwards.
    assert form("sts", "AssumeRole", RoleArn=role, RoleSessionName="s", Policy=text) < 500


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_in_json(module_stack: Any, document: str) -> None:
    text = DOCUMENTS[document].decode("latin-1")
    role = "arn:aws:iam::123456789012:role/r"
    pipeline = {"PipelineName": "p", "ClientRequestToken": "x" * 32, "RoleArn": role, "PipelineDefinition": text or "x"}
    assert module_stack.call("CreatePipeline", pipeline)[0] == 400
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    for operation, body in {
        "PutRule": {"Name": "x", "EventPattern": text},
        "TestEventPattern": {"Event": text, "EventPattern": text},
        "PutEvents": {"Entries": [{"Source": "a", "DetailType": "b", "Detail": text}]},
    }.items():
        sent = {**headers, "X-Amz-Target": f"AWSEvents.{operation}"}
        assert module_stack.send("events", "POST", "/", json.dumps(body).encode(), sent).status < 500


@pytest.mark.parametrize("depth", [50, 200, 900, 3000, DEEP])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ('{"a":', "}"), ('{"Std:Join":{"On":"","Values":[', "]}}")],
    ids=["lists", "objects", "joins"],
)
def test_deep_definitions(module_stack: Any, opening: str, closing: str, depth: int) -> None:
    nested = opening * depth + '"x"' + closing * depth
    step = '{"Name":"S","Type":"Fail","Arguments":{"ErrorMessage":' + nested + "}}"
    definition = '{"Version":"2020-12-01","Metadata":{},"Parameters":[],"Steps":[' + step + "]}"
    role = "arn:aws:iam::123456789012:role/r"
    request = {"PipelineName": "deep", "ClientRequestToken": "x" * 32, "RoleArn": role}
    status, answer = module_stack.call("CreatePipeline", {**request, "PipelineDefinition": definition})
    assert status == 400
    if depth > 100:
        assert "nested more than 100 levels deep" in answer["message"]


@pytest.mark.parametrize("document", XML)
@pytest.mark.parametrize("subresource", SUBRESOURCES)
def test_xml(module_stack: Any, bucket: str, subresource: str, document: str) -> None:
    method = "POST" if subresource == "delete" else "PUT"
    assert module_stack.send("s3", method, f"{bucket}?{subresource}", XML[document]).status < 500
    assert module_stack.send("s3", "PUT", f"{bucket}/key?{subresource}", XML[document]).status < 500


@pytest.mark.parametrize("query", QUERIES)
def test_queries_of_s3(module_stack: Any, bucket: str, query: str) -> None:
    assert module_stack.send("s3", "GET", f"{bucket}?{query}").status < 500


@pytest.mark.parametrize(
    "path", ["/a%00b", "/%ff%fe", "/%ed%a0%80", "/%", "/%zz", "/..", "/../x", "//", "/" + 3000 * "x"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "POST"])
def test_keys_of_s3(module_stack: Any, bucket: str, method: str, path: str) -> None:
    assert module_stack.send("s3", method, bucket + path).status < 500


@pytest.mark.parametrize("value", RANGES)
def test_ranges(module_stack: Any, bucket: str, value: str) -> None:
    assert module_stack.send("s3", "GET", f"{bucket}/key", headers={"Range": value}).status < 500


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "OPTIONS", "FOO", "PROPFIND"])
@pytest.mark.parametrize("service", ["s3", "sagemaker", "iam", "events"])
def test_methods(module_stack: Any, service: str, method: str) -> None:
    assert module_stack.send(service, method, "/x/y").status < 500


@pytest.mark.parametrize("service", ["nope", "apigateway", "glue", "xray", "cloudfront", "lambda", "scheduler", "ecr"])
@pytest.mark.parametrize("path", ["/", "/%00", "/%ff", "/schedules/%00"])
def test_services(module_stack: Any, service: str, path: str) -> None:
    assert module_stack.send(service, "POST", path, b"{", {"Content-Type": "application/json"}).status < 500


@pytest.mark.parametrize(
    "token", ["eA==", "WyJhIiwieCJd", "WyJhIixbXV0=", "WyJhIiwxZTk5OV0=", "WyJhIiwtNV0=", "bnVsbA=="]
)
def test_page_tokens(module_stack: Any, token: str) -> None:
    assert module_stack.call("ListModels", {"NextToken": token})[0] in (200, 400)


@pytest.mark.parametrize("raw", RAW)
def test_http(module_stack: Any, raw: str) -> None:
    port = module_stack.running.endpoint_url.rpartition(":")[2]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=30) as client:
        with suppress(ConnectionError):  # the server need not read all of it
            client.sendall(RAW[raw])
        received = client.recv(4096)
    assert 400 <= int(received.split(b" ")[1]) < 500
