"""The permissions that S3's operations need, from the requests that botocore makes of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from localaws.iam.s3_actions import S3Call, needs

KEY = {"Key": "a b/ü+1.csv"}
VERSION = {**KEY, "VersionId": "v1"}
UPLOAD = {**KEY, "UploadId": "u1"}
SOURCE = {"Bucket": "from", "Key": "x y"}
TAGS: dict[str, Any] = {"Tagging": {"TagSet": []}}

# Operation, its arguments beside the bucket, and the actions that AWS lists for it.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
OPERATIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("create_bucket", {}, ["CreateBucket"]),
    ("create_bucket", {"ACL": "private"}, ["CreateBucket", "PutBucketAcl"]),
    ("delete_bucket", {}, ["DeleteBucket"]),
    ("head_bucket", {}, ["ListBucket"]),
    ("list_objects", {"Prefix": "a"}, ["ListBucket"]),
    ("list_objects_v2", {"Delimiter": "/"}, ["ListBucket"]),
    ("list_object_versions", {}, ["ListBucketVersions"]),
    ("list_multipart_uploads", {}, ["ListBucketMultipartUploads"]),
    ("get_bucket_location", {}, ["GetBucketLocation"]),
    ("get_bucket_policy", {}, ["GetBucketPolicy"]),
    ("put_bucket_policy", {"Policy": "{}"}, ["PutBucketPolicy"]),
    ("delete_bucket_policy", {}, ["DeleteBucketPolicy"]),
    ("get_bucket_policy_status", {}, ["GetBucketPolicyStatus"]),
    ("get_bucket_tagging", {}, ["GetBucketTagging"]),
    ("put_bucket_tagging", TAGS, ["PutBucketTagging"]),
    ("delete_bucket_tagging", {}, ["PutBucketTagging"]),
    ("get_bucket_acl", {}, ["GetBucketAcl"]),
    ("put_bucket_acl", {"ACL": "private"}, ["PutBucketAcl"]),
    ("get_bucket_cors", {}, ["GetBucketCORS"]),
    ("delete_bucket_cors", {}, ["PutBucketCORS"]),
    ("get_bucket_encryption", {}, ["GetEncryptionConfiguration"]),
    ("delete_bucket_encryption", {}, ["PutEncryptionConfiguration"]),
    ("get_bucket_lifecycle_configuration", {}, ["GetLifecycleConfiguration"]),
    ("put_bucket_lifecycle_configuration", {}, ["PutLifecycleConfiguration"]),
    ("delete_bucket_lifecycle", {}, ["PutLifecycleConfiguration"]),
    ("get_bucket_versioning", {}, ["GetBucketVersioning"]),
    ("put_bucket_versioning", {"VersioningConfiguration": {}}, ["PutBucketVersioning"]),
    ("get_bucket_notification_configuration", {}, ["GetBucketNotification"]),
    ("get_bucket_logging", {}, ["GetBucketLogging"]),
    ("get_bucket_website", {}, ["GetBucketWebsite"]),
    ("delete_bucket_website", {}, ["DeleteBucketWebsite"]),
    ("get_public_access_block", {}, ["GetBucketPublicAccessBlock"]),
    ("delete_public_access_block", {}, ["PutBucketPublicAccessBlock"]),
    ("get_bucket_ownership_controls", {}, ["GetBucketOwnershipControls"]),
    ("get_object_lock_configuration", {}, ["GetBucketObjectLockConfiguration"]),
    ("get_bucket_accelerate_configuration", {}, ["GetAccelerateConfiguration"]),
    ("get_bucket_request_payment", {}, ["GetBucketRequestPayment"]),
    ("get_bucket_replication", {}, ["GetReplicationConfiguration"]),
    ("list_bucket_inventory_configurations", {}, ["GetInventoryConfiguration"]),
    ("delete_bucket_metrics_configuration", {"Id": "m"}, ["PutMetricsConfiguration"]),
    ("get_bucket_analytics_configuration", {"Id": "m"}, ["GetAnalyticsConfiguration"]),
    ("get_object", KEY, ["GetObject"]),
    ("get_object", {**KEY, "Range": "bytes=0-1"}, ["GetObject"]),
    ("get_object", VERSION, ["GetObjectVersion"]),
    ("head_object", KEY, ["GetObject"]),
    ("head_object", VERSION, ["GetObjectVersion"]),
    ("get_object_attributes", {**KEY, "ObjectAttributes": ["ETag"]}, ["GetObjectAttributes", "GetObject"]),
    ("get_object_acl", KEY, ["GetObjectAcl"]),
    ("get_object_acl", VERSION, ["GetObjectVersionAcl"]),
    ("get_object_tagging", KEY, ["GetObjectTagging"]),
    ("get_object_tagging", VERSION, ["GetObjectVersionTagging"]),
    ("get_object_torrent", KEY, ["GetObjectTorrent"]),
    ("get_object_retention", KEY, ["GetObjectRetention"]),
    ("get_object_legal_hold", KEY, ["GetObjectLegalHold"]),
    ("put_object", KEY, ["PutObject"]),
    ("put_object", {**KEY, "Tagging": "a=b", "ACL": "private"}, ["PutObject", "PutObjectAcl", "PutObjectTagging"]),
    ("put_object_acl", {**KEY, "ACL": "private"}, ["PutObjectAcl"]),
    ("put_object_tagging", {**KEY, **TAGS}, ["PutObjectTagging"]),
    ("put_object_tagging", {**VERSION, **TAGS}, ["PutObjectVersionTagging"]),
    ("delete_object_tagging", KEY, ["DeleteObjectTagging"]),
    ("put_object_legal_hold", KEY, ["PutObjectLegalHold"]),
    ("put_object_retention", KEY, ["PutObjectRetention"]),
    ("restore_object", KEY, ["RestoreObject"]),
    ("delete_object", KEY, ["DeleteObject"]),
    ("delete_object", VERSION, ["DeleteObjectVersion"]),
    ("create_multipart_upload", KEY, ["PutObject"]),
    ("upload_part", {**UPLOAD, "PartNumber": 1}, ["PutObject"]),
    ("complete_multipart_upload", {**UPLOAD, "MultipartUpload": {}}, ["PutObject"]),
    ("abort_multipart_upload", UPLOAD, ["AbortMultipartUpload"]),
    ("list_parts", UPLOAD, ["ListMultipartUploadParts"]),
    ("copy_object", {**KEY, "CopySource": SOURCE}, ["GetObject", "PutObject"]),
    ("copy_object", {**KEY, "CopySource": {**SOURCE, "VersionId": "v"}}, ["GetObjectVersion", "PutObject"]),
    ("upload_part_copy", {**UPLOAD, "PartNumber": 1, "CopySource": SOURCE}, ["GetObject", "PutObject"]),
]


class _Sent(Exception):
    """Carries the request instead of sending it."""


@pytest.fixture(scope="module")
def client() -> Any:
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    made = boto3.client("s3", endpoint_url="http://127.0.0.1:1", **keys)

    def send(request: Any, **_: Any) -> AWSResponse:
        raise _Sent(request)

    made.meta.events.register("before-send.s3", send)
    return made


def call(client: Any, operation: str, **arguments: Any) -> S3Call:
    with pytest.raises(_Sent) as sent:
        getattr(client, operation)(**arguments)
    request = sent.value.args[0]
    parts = urlsplit(request.url)
    headers = {
        name.title(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    return S3Call.read(request.method, parts.path, parts.query, headers)


@pytest.mark.parametrize(("operation", "arguments", "actions"), OPERATIONS)
def test_an_operation(client: Any, operation: str, arguments: dict[str, Any], actions: list[str]) -> None:
    found = needs(call(client, operation, Bucket="bucket", **arguments))
    assert [need.action for need in found] == actions
    own = [need for need in found if need.bucket == "bucket"]
    assert {need.resource("aws") for need in own} == {
        "arn:aws:s3:::bucket" + (f"/{arguments['Key']}" if "Key" in arguments else "")
    }
    assert {need.resource("aws") for need in found if need not in own} <= {"arn:aws:s3:::from/x y"}


def test_all_buckets(client: Any) -> None:
    assert [(need.action, need.resource("aws-cn")) for need in needs(call(client, "list_buckets"))] == [
        ("ListAllMyBuckets", "arn:aws-cn:s3:::*")
    ]


def test_several_deletions_are_decided_one_by_one(client: Any) -> None:
    several = call(client, "delete_objects", Bucket="bucket", Delete={"Objects": [{"Key": "a"}]})
    assert (several.deletes_several, needs(several)) == (True, [])


@pytest.mark.parametrize(
    ("method", "path", "query", "actions"),
    [
        ("GET", "/bucket/key", "tagging&acl", {"GetObjectTagging", "GetObjectAcl"}),
        ("PUT", "/bucket", "policy&tagging=", {"PutBucketPolicy", "PutBucketTagging"}),
        ("GET", "/bucket/key", "unknown", {"GetObject"}),
        ("PUT", "/bucket/key", "unknown", {"PutObject"}),
        ("DELETE", "/bucket/key", "acl", {"DeleteObject"}),
        ("DELETE", "/bucket", "location", {"DeleteBucket"}),
        ("POST", "/bucket", "", {"PutObject"}),
        ("POST", "/bucket/key", "select&select-type=2", {"GetObject"}),
        ("GET", "/bucket//key", "", {"GetObject"}),
    ],
)
def test_what_no_client_sends(method: str, path: str, query: str, actions: set[str]) -> None:
    """Each sub-resource of several is asked for, and one that is not known is no way around the plain permission."""
    assert {need.action for need in needs(S3Call.read(method, path, query, {}))} == actions


def test_every_sub_resource_that_the_backend_serves_has_an_action() -> None:
    from moto.s3.responses import ACTION_MAP

    plain = {"GetObject", "GetObjectVersion", "PutObject", "DeleteObject", "ListBucket", "CreateBucket", "DeleteBucket"}
    for kind, path in (("BUCKET", "/bucket"), ("KEY", "/bucket/key")):
        for method, served in ACTION_MAP[kind].items():
            for name, action in served.items():
                # The names of moto's own are no sub-resources of S3's API.
                if name in ("DEFAULT", "versionId", "public_access_block", "select") or action in plain:
                    continue
                found = [need.action for need in needs(S3Call.read(method, path, f"{name}=x", {}))]
                assert found == [action], (method, name)


@pytest.mark.parametrize(
    ("method", "path", "action", "resource"),
    [
        ("GET", "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abucket", "ListTagsForResource", "arn:aws:s3:::bucket"),
        ("POST", "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abucket", "TagResource", "arn:aws:s3:::bucket"),
        ("PUT", "/v20180820/configuration/publicAccessBlock", "PutAccountPublicAccessBlock", "arn:aws:s3:::*"),
        ("DELETE", "/v20180820/accesspoint/mine", "DeleteAccessPoint", "arn:aws:s3:::*"),
        ("POST", "/v20180820/jobs", "*", "arn:aws:s3:::*"),
    ],
)
def test_s3_control(method: str, path: str, action: str, resource: str) -> None:
    (need,) = needs(S3Call.read(method, path, "", {}))
    assert (need.action, need.resource("aws")) == (action, resource)
