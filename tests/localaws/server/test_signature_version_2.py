"""Version 2 of S3's signatures, as botocore makes them: by default for presigned URLs of some regions."""

from __future__ import annotations

import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.auth import HmacV1Auth, HmacV1QueryAuth
from botocore.config import Config
from raw_requests import Raw
from signed import CLIENT, Keys, authenticated, refusal


@pytest.mark.parametrize("path", ["/bucket/a%20b", "/bucket/a=b/c", "/bucket"])
@pytest.mark.parametrize("query", ["", "acl", "versionId=a%2Fb&response-content-type=text%2Fplain", "prefix=x"])
def test_version_2_of_botocore_is_genuine(path: str, query: str) -> None:
    raw = Raw("s3", "GET", path, query, (("x-amz-meta-a", "1"),))
    for signer, keys in (
        (HmacV1Auth(CLIENT.credentials()), Keys()),
        (HmacV1QueryAuth(CLIENT.credentials()), Keys()),
        (HmacV1Auth(replace(CLIENT, token="token").credentials()), Keys("token")),
        (HmacV1QueryAuth(replace(CLIENT, token="token").credentials()), Keys("token")),
    ):
        signed = CLIENT.signed_by(raw, signer)
        authenticated(signed, keys=keys)
        for changed in (
            replace(signed, path="/bucket/other"),
            replace(signed, method="DELETE"),
            replace(signed, query=f"{signed.query}&policy".lstrip("&")),
            signed.changed("x-amz-meta-a", "2"),
            signed.plus(x_amz_acl="public-read"),
        ):
            assert refusal(changed, keys=keys).code == "SignatureDoesNotMatch"


def test_version_2_is_for_its_time() -> None:
    now, raw = datetime.now(UTC), Raw("s3", "GET", "/bucket/key")
    url = CLIENT.signed_by(raw, HmacV1QueryAuth(CLIENT.credentials(), 60))
    authenticated(url, now + timedelta(seconds=50))
    assert refusal(url, now + timedelta(seconds=90)).message == "Request has expired"
    longer = url.query.replace("Expires=", "Expires=9")
    assert refusal(replace(url, query=longer)).code == "SignatureDoesNotMatch"
    header = CLIENT.signed_by(raw, HmacV1Auth(CLIENT.credentials()))
    authenticated(header, now + timedelta(minutes=14))
    assert refusal(header, now + timedelta(minutes=16)).code == "RequestTimeTooSkewed"
    for wrong in ("x", "-1", "1e9", "²", "1" * 30):
        assert "Invalid date" in refusal(replace(url, query=f"AWSAccessKeyId=a&Signature=b&Expires={wrong}")).message


@pytest.mark.parametrize("resource", ["attributes", "encryption", "legal-hold", "publicAccessBlock", "retention"])
def test_a_presigned_url_is_for_no_other_sub_resource(resource: str) -> None:
    for method, path in (("GET", "/bucket"), ("GET", "/bucket/key"), ("PUT", "/bucket/key")):
        url = CLIENT.signed_by(Raw("s3", method, path), HmacV1QueryAuth(CLIENT.credentials()))
        authenticated(url)
        assert refusal(replace(url, query=f"{url.query}&{resource}")).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("addressing", ["auto", "path"])
def test_boto3_works_with_version_2(stack: Any, addressing: str) -> None:
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=stack.endpoint_url,
        aws_access_key_id=stack.running.access_key_id,
        aws_secret_access_key=stack.running.secret_access_key,
        config=Config(signature_version="s3", s3={"addressing_style": addressing}),
    )
    name = f"version-2-{addressing}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a b+c/é", Body=b"text")
    assert s3.get_object(Bucket=name, Key="a b+c/é")["Body"].read() == b"text"
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]] == ["a b+c/é"]
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert name in [each["Name"] for each in s3.list_buckets()["Buckets"]]


def test_a_presigned_list_of_boto3s_default_is_served(stack: Any) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket="presigned-list")
    s3.put_object(Bucket="presigned-list", Key="key")
    url = s3.generate_presigned_url("list_objects_v2", {"Bucket": "presigned-list"})
    assert "AWSAccessKeyId=" in url
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert b"<Key>key</Key>" in answer.read()
