"""Signatures are checked: AWS's own example, and what wrong ones are told."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from localaws.gateway.request import Request
from localaws.gateway.signature import is_expired, is_genuine


def test_the_example_of_awss_documentation_is_genuine() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object"."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        "Host": "examplebucket.s3.amazonaws.com",
        "Range": "bytes=0-9",
        "X-Amz-Content-Sha256": empty,
        "X-Amz-Date": "20130524T000000Z",
    }
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert is_genuine(Request("GET", "/test.txt", "", headers, b""), secret)
    assert not is_genuine(Request("GET", "/test.txt", "", headers, b""), secret + "x")
    assert not is_genuine(Request("PUT", "/test.txt", "", headers, b""), secret)
    assert not is_genuine(Request("GET", "/other.txt", "", headers, b""), secret)
    assert not is_genuine(Request("GET", "/test.txt", "acl=", headers, b""), secret)
    assert not is_genuine(Request("GET", "/test.txt", "", {**headers, "Range": "bytes=0-10"}, b""), secret)
    assert not is_genuine(Request("GET", "/test.txt", "", {"Authorization": "AWS4-HMAC-SHA256 x"}, b""), secret)


@pytest.mark.parametrize(
    "path", ["/", "/a%20b/%C3%BC", "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations/", "/a//b"]
)
@pytest.mark.parametrize("query", ["", "?b=2&a=1", "?a=%2F%20x&empty", "?a=b/c"])
def test_what_botocore_signs_is_genuine(path: str, query: str) -> None:
    url = f"http://127.0.0.1:8000{path}{query}"
    signed = AWSRequest("POST", url, data=b"body", headers={"X-Thing": "a   b", "Content-Type": "text/plain"})
    SigV4Auth(Credentials("AKIA", "secret"), "lambda", "us-east-1").add_auth(signed)
    headers = {name.title(): value for name, value in signed.headers.items()} | {"Host": "127.0.0.1:8000"}
    parts = urlsplit(url)
    assert is_genuine(Request("POST", parts.path, parts.query, headers, b"body"), "secret")
    assert not is_genuine(Request("POST", parts.path, parts.query, headers, b"other"), "secret")


def test_a_presigned_url_is_checked_and_expires(stack: Any) -> None:
    stack.client("s3").create_bucket(Bucket="presigned")
    stack.client("s3").put_object(Bucket="presigned", Key="a b", Body=b"1")

    def url(seconds: int, secret: str = stack.running.secret_access_key) -> str:
        request = AWSRequest("GET", f"{stack.endpoint_url}/presigned/a%20b")
        keys = Credentials(stack.running.access_key_id, secret)
        S3SigV4QueryAuth(keys, "s3", "us-east-1", expires=seconds).add_auth(request)
        return str(request.url)

    with urllib.request.urlopen(url(60)) as answer:
        assert answer.read() == b"1"
    for address, message in (
        (url(-1), "<Message>Request has expired</Message>"),
        (url(60, "wrong"), "<Code>SignatureDoesNotMatch</Code>"),
        (url(60).replace("Expires=60", "Expires=61"), "<Code>SignatureDoesNotMatch</Code>"),
        (url(60).replace("a%20b", "other"), "<Code>SignatureDoesNotMatch</Code>"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(address)
        with refusal.value as response:
            assert response.status == 403
            assert message in response.read().decode()


@pytest.mark.parametrize("query", ["X-Amz-Expires=x&X-Amz-Date=20260101T000000Z", "AWSAccessKeyId=A&Expires=yesterday"])
def test_a_time_that_cannot_be_read_is_over(query: str) -> None:
    assert is_expired(Request("GET", "/", query, {}, b""), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "SignatureDoesNotMatch"),
        ("sagemaker", "list_models", "InvalidSignatureException"),
        ("lambda", "list_functions", "InvalidSignatureException"),
        ("iam", "list_roles", "SignatureDoesNotMatch"),
    ],
)
def test_a_wrong_secret_is_refused(stack: Any, service: str, operation: str, code: str) -> None:
    client = stack.client(
        service, aws_access_key_id=stack.running.access_key_id, aws_secret_access_key="not the secret"
    )
    with pytest.raises(ClientError) as refusal:
        getattr(client, operation)()
    assert refusal.value.response["Error"]["Code"] == code
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_inactive_key_is_unknown(stack: Any) -> None:
    iam = stack.client("iam")
    iam.create_user(UserName="inactive")
    key = iam.create_access_key(UserName="inactive")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    stack.client("sagemaker", **keys).list_models()
    iam.update_access_key(UserName="inactive", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        stack.client("sagemaker", **keys).list_models()


def test_a_sessions_keys_need_its_token(stack: Any) -> None:
    iam = stack.client("iam")
    trust = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
    role = iam.create_role(RoleName="tokens", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="token")["Credentials"]
    keys = {"aws_access_key_id": session["AccessKeyId"], "aws_secret_access_key": session["SecretAccessKey"]}
    stack.client("sagemaker", **keys, aws_session_token=session["SessionToken"]).list_models()
    for wrong in ({}, {"aws_session_token": "wrong"}):
        with pytest.raises(ClientError, match="UnrecognizedClientException"):
            stack.client("sagemaker", **keys, **wrong).list_models()
