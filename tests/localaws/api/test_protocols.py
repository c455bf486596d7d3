"""What clients that do everything wrong are told."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.parsers import RpcV2CBORParser

UNKNOWN = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x" * 40}


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("sagemaker", "list_models", "UnrecognizedClientException"),
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
        ("iam", "list_roles", "InvalidClientTokenId"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
    ],
)
def test_an_unknown_access_key_gets_the_services_own_error(stack: Any, service: str, operation: str, code: str) -> None:
    with pytest.raises(ClientError) as refusal:
        getattr(stack.client(service, **UNKNOWN), operation)()
    assert refusal.value.response["Error"]["Code"] == code
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize(
    ("path", "headers", "body", "code"),
    [
        ("/bucket/key", {}, b"", "<Code>AccessDenied</Code>"),
        ("/", {"X-Amz-Target": "SageMaker.ListModels"}, b"{}", "MissingAuthenticationTokenException"),
        (
            "/",
            {"Content-Type": "application/x-www-form-urlencoded"},
            b"Action=GetUser&Version=2010-05-08",
            "<Code>MissingAuthenticationToken</Code>",
        ),
        ("/endpoints/e/invocations", {}, b"", "Missing Authentication Token"),
        ("/", {"Authorization": ""}, b"", "<Code>InvalidArgument</Code>"),
        ("/", {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, b"", "<Code>AuthorizationHeaderMalformed</Code>"),
        ("/?X-Amz-Credential=a/b", {}, b"", "<Code>AuthorizationQueryParametersError</Code>"),
    ],
)
def test_a_request_without_a_signature_is_refused(
    stack: Any, path: str, headers: dict[str, str], body: bytes, code: str
) -> None:
    response = stack.pool.request("POST", f"{stack.endpoint_url}{path}", body=body, headers=headers, retries=False)
    assert response.status in (400, 403)
    assert code in response.data.decode()


def test_a_cbor_client_reads_its_refusal(stack: Any) -> None:
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    headers = {"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    response = stack.pool.request("POST", f"{stack.endpoint_url}{path}", body=b"\xa0", headers=headers, retries=False)
    shape = boto3.client("cloudwatch", region_name="us-east-1").meta.service_model.operation_model("ListMetrics")
    parsed = RpcV2CBORParser().parse(
        {"body": response.data, "headers": response.headers, "status_code": response.status}, shape.output_shape
    )
    assert (response.status, parsed["Error"]["Code"]) == (403, "MissingAuthenticationTokenException")
    assert parsed["Error"]["Message"] == "Missing Authentication Token"


@pytest.mark.parametrize(
    "line", [b"\x00\xff\xfe garbage", b"GET http://[::1/ HTTP/1.1", b"GET  HTTP/1.1", b"GET / HTTP/1.1\r\nX: \x7f"]
)
def test_what_is_no_http_is_told_so(stack: Any, line: bytes) -> None:
    address = urlsplit(stack.endpoint_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(line + b"\r\n\r\n")
        assert b" 400 Bad Request" in connection.recv(1024).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "SerializationException"),
        (b"[]", {}, "SerializationException"),
        (b'"x"', {}, "SerializationException"),
        (b"\xff\xfe{}", {}, "SerializationException"),
        (b'{"NameContains": NaN}', {}, "SerializationException"),
        (b'{"NameContains": "\\ud800"}', {}, "SerializationException"),
        (b'{"MaxResults": 1' + b"0" * 5000 + b"}", {}, "SerializationException"),
        (b"[" * 100_000, {}, "SerializationException"),
        (b"{}", {"Content-Type": "text/plain"}, "SerializationException"),
        (b"{}", {"Content-Type": ""}, "SerializationException"),
        (b"{}", {"X-Amz-Target": "SageMaker.NoSuchOperation"}, "UnknownOperationException"),
        (b"{}", {"X-Amz-Target": "SageMaker."}, "UnknownOperationException"),
        (b"{}", {"X-Amz-Target": "Nonsense"}, "UnknownOperationException"),
        (b'{"NextToken": "nonsense"}', {}, "ValidationException"),
    ],
)
def test_what_is_no_sagemaker_request_is_refused(stack: Any, body: bytes, headers: dict[str, str], code: str) -> None:
    status, answer = stack.call("ListModels", body, **headers)
    assert (status, answer["__type"]) == (400, code)
    assert answer["message"]


def test_an_empty_body_is_an_empty_request(stack: Any) -> None:
    assert stack.call("ListModels", b"")[0] == 200
    status, answer = stack.call("DescribeModel", b"")
    assert (status, answer["__type"]) == (400, "ValidationException")


def test_a_sagemaker_request_without_a_target_is_refused(stack: Any) -> None:
    response = stack.send("sagemaker", "POST", "/FeatureGroup/features", b"{}")
    assert response.status == 400
    assert response.headers["x-amzn-ErrorType"] == "UnknownOperationException"
    assert "/FeatureGroup/features" in response.data.decode()


def test_an_operation_that_is_not_implemented_is_named(stack: Any) -> None:
    with pytest.raises(ClientError) as refusal:
        stack.client("sagemaker").create_training_plan(TrainingPlanName="p", TrainingPlanOfferingId="o")
    assert refusal.value.response["Error"]["Code"] == "UnknownOperationException"
    assert "sagemaker:CreateTrainingPlan" in str(refusal.value)
    assert refusal.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_another_region_is_refused(stack: Any) -> None:
    client = boto3.client(
        "sagemaker",
        region_name="eu-west-1",
        endpoint_url=stack.endpoint_url,
        aws_access_key_id=stack.running.access_key_id,
        aws_secret_access_key=stack.running.secret_access_key,
    )
    with pytest.raises(ClientError, match="This local stack is region us-east-1; the request is for eu-west-1"):
        client.list_models()


def test_connections_are_kept_and_large_bodies_wait_for_a_continue(stack: Any) -> None:
    stack.client("s3").create_bucket(Bucket="kept-connections")
    connection = http.client.HTTPConnection(urlsplit(stack.endpoint_url).netloc)
    try:
        for _ in range(3):
            connection.request("GET", "/_localaws/health")
            answer = connection.getresponse()
            assert json.load(answer)["account"] == "123456789012"
            assert not answer.will_close
    finally:
        connection.close()
    body = b"x" * (40 * 1024 * 1024)
    response = stack.send("s3", "PUT", "/kept-connections/large", body, {"Expect": "100-continue"})
    assert response.status == 200
    assert stack.client("s3").head_object(Bucket="kept-connections", Key="large")["ContentLength"] == len(body)


def test_a_connection_stays_open_whatever_the_answer(stack: Any) -> None:
    """A client that sends on a connection which the server is about to close does not know what became of its call."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="stays-open")
    address = urlsplit(stack.endpoint_url).netloc
    keys = Credentials(stack.running.access_key_id, stack.running.secret_access_key)
    json_11 = {"Content-Type": "application/x-amz-json-1.1"}
    connection = http.client.HTTPConnection(address)
    connection.connect()
    kept = connection.sock
    try:
        for service, method, path, headers, status in (
            ("s3", "DELETE", "/stays-open/nothing", {}, 204),
            ("s3", "HEAD", "/stays-open/nothing", {}, 404),
            ("s3", "GET", "/stays-open/nothing", {}, 404),
            ("s3", "HEAD", "/stays-open", {}, 200),
            ("sagemaker", "POST", "/", {**json_11, "X-Amz-Target": "SageMaker.ListModels"}, 200),
            ("sagemaker", "POST", "/", {**json_11, "X-Amz-Target": "SageMaker.Nonsense"}, 400),
            ("sagemaker", "POST", "/endpoints/nothing/invocations", {}, 400),
        ):
            request = AWSRequest(method, f"{stack.endpoint_url}{path}", data=b"", headers=headers)
            SigV4Auth(keys, service, stack.running.region).add_auth(request)
            connection.request(method, path, b"", dict(request.headers.items()))
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.will_close, connection.sock) == (status, False, kept), path
    finally:
        connection.close()


def test_the_health_page_names_the_stack(stack: Any) -> None:
    health = json.loads(stack.pool.request("GET", f"{stack.endpoint_url}/_localaws/health").data)
    assert health == {
        "account": "123456789012",
        "endpoint": stack.endpoint_url,
        "pid": stack.running.pid,
        "region": "us-east-1",
        "status": "running",
    }
    assert stack.pool.request("GET", f"{stack.endpoint_url}/_localaws/nonsense").status == 404
