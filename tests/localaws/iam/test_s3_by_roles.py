"""What a role's session may do on S3, asked over HTTP."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from role_actor import ACCOUNT, BUCKET, OTHER, Actor, allow, deny, document, refused


def test_what_no_policy_allows(actor: Actor) -> None:
    reason = "because no identity-based policy allows the s3:PutObject action"
    assert refused(actor.s3.put_object, Bucket=BUCKET, Key="k", Body=b"") == actor.message(
        "s3:PutObject", f"{BUCKET}/k", reason
    )
    assert refused(actor.s3.list_buckets) == actor.message(
        "s3:ListAllMyBuckets", "", "because no identity-based policy allows the s3:ListAllMyBuckets action"
    )
    assert refused(actor.s3.head_object, Bucket=BUCKET, Key="in/a.csv") == "Forbidden"


def test_a_policy_counts_from_the_next_request_on(actor: Actor) -> None:
    read = {"Bucket": BUCKET, "Key": "in/a.csv"}
    actor.may(allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/in/*"))
    assert actor.s3.get_object(**read)["Body"].read() == b"a"
    assert actor.s3.head_object(**read)["ContentLength"] == 1
    actor.iam.delete_role_policy(RoleName=actor.name, PolicyName="inline")
    refused(actor.s3.get_object, **read)
    one = actor.iam.create_policy(PolicyName=actor.name, PolicyDocument=document(allow("s3:Get*")))["Policy"]["Arn"]
    actor.iam.attach_role_policy(RoleName=actor.name, PolicyArn=one)
    actor.s3.get_object(**read)
    version = {"PolicyArn": one, "PolicyDocument": document(allow("s3:ListBucket"))}
    actor.iam.create_policy_version(**version, SetAsDefault=False)
    actor.s3.get_object(**read)
    actor.iam.set_default_policy_version(PolicyArn=one, VersionId="v2")
    refused(actor.s3.get_object, **read)
    actor.s3.list_objects_v2(Bucket=BUCKET)
    actor.iam.detach_role_policy(RoleName=actor.name, PolicyArn=one)
    refused(actor.s3.list_objects_v2, Bucket=BUCKET)


def test_a_deny_wins_and_says_where(actor: Actor, s3: Any) -> None:
    actor.may(allow("s3:*"), deny("s3:DeleteObject"))
    assert refused(actor.s3.delete_object, Bucket=BUCKET, Key="in/a.csv") == actor.message(
        "s3:DeleteObject", f"{BUCKET}/in/a.csv", "with an explicit deny in an identity-based policy"
    )
    s3.put_bucket_policy(
        Bucket=BUCKET, Policy=document(deny("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*", Principal="*"))
    )
    assert refused(actor.s3.put_object, Bucket=BUCKET, Key="k", Body=b"") == actor.message(
        "s3:PutObject", f"{BUCKET}/k", "with an explicit deny in a resource-based policy"
    )
    actor.s3.put_object(Bucket=OTHER, Key="k", Body=b"")


def test_the_bucket_policy_alone_can_allow(actor: Actor, s3: Any) -> None:
    statement = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*", Principal={"AWS": actor.arn})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(statement))
    actor.s3.get_object(Bucket=BUCKET, Key="in/a.csv")
    refused(actor.s3.get_object, Bucket=OTHER, Key="in/a.csv")
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}  # the account, whose identity-based policies must hand it on
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document({**statement, "Principal": root}))
    refused(actor.s3.get_object, Bucket=BUCKET, Key="in/a.csv")


def test_a_bucket_that_wants_tls(actor: Actor, s3: Any) -> None:
    actor.may(allow("s3:*"))
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(
        Bucket=BUCKET, Policy=document(deny("s3:*", f"arn:aws:s3:::{BUCKET}/*", Principal="*", Condition=plain))
    )
    actor.s3.put_object(Bucket=BUCKET, Key="tls", Body=b"")


def test_boundaries_and_session_policies_narrow_down(actor: Actor) -> None:
    actor.may(allow("s3:*"))
    narrow = actor.session(Policy=document(allow("s3:GetObject")))
    narrow.get_object(Bucket=BUCKET, Key="in/a.csv")
    assert refused(narrow.put_object, Bucket=BUCKET, Key="k", Body=b"").endswith(
        "because no session policy allows the s3:PutObject action"
    )
    actor.s3.put_object(Bucket=BUCKET, Key="k", Body=b"")
    policy = actor.iam.create_policy(PolicyName=actor.name, PolicyDocument=document(allow("s3:Get*")))["Policy"]["Arn"]
    actor.iam.put_role_permissions_boundary(RoleName=actor.name, PermissionsBoundary=policy)
    assert refused(actor.s3.put_object, Bucket=BUCKET, Key="k", Body=b"").endswith(
        "because no permissions boundary allows the s3:PutObject action"
    )
    actor.iam.delete_role_permissions_boundary(RoleName=actor.name)
    actor.s3.put_object(Bucket=BUCKET, Key="k", Body=b"")


def test_a_prefix_condition(actor: Actor) -> None:
    inside = {"StringLike": {"s3:prefix": ["in", "in/*"]}}
    actor.may(allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", Condition=inside))
    assert actor.s3.list_objects_v2(Bucket=BUCKET, Prefix="in/")["KeyCount"] == 1
    assert actor.s3.list_objects(Bucket=BUCKET, Prefix="in")["Contents"]
    for arguments in ({}, {"Prefix": ""}, {"Prefix": "out/"}):
        refused(actor.s3.list_objects_v2, Bucket=BUCKET, **arguments)


def test_encryption_that_a_bucket_wants(actor: Actor, s3: Any) -> None:
    actor.may(allow("s3:*"))
    other = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    s3.put_bucket_policy(
        Bucket=BUCKET, Policy=document(deny("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*", Principal="*", Condition=other))
    )
    refused(actor.s3.put_object, Bucket=BUCKET, Key="k", Body=b"")
    refused(actor.s3.put_object, Bucket=BUCKET, Key="k", Body=b"", ServerSideEncryption="AES256")
    actor.s3.put_object(Bucket=BUCKET, Key="k", Body=b"", ServerSideEncryption="aws:kms")


def test_tags_of_the_role_and_of_objects(actor: Actor, s3: Any) -> None:
    own = f"arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/team}}/*"
    open_to_all = {"StringEquals": {"s3:ExistingObjectTag/open": "yes"}}
    actor.may(allow("s3:PutObject", own), allow("s3:GetObject", Condition=open_to_all))
    refused(actor.s3.put_object, Bucket=BUCKET, Key="red/k", Body=b"")
    actor.iam.tag_role(RoleName=actor.name, Tags=[{"Key": "Team", "Value": "red"}])
    actor.s3.put_object(Bucket=BUCKET, Key="red/k", Body=b"")
    refused(actor.s3.put_object, Bucket=BUCKET, Key="blue/k", Body=b"")
    refused(actor.s3.put_object, Bucket=BUCKET, Key="red/k", Body=b"", Tagging="open=yes")
    refused(actor.s3.get_object, Bucket=BUCKET, Key="red/k")
    s3.put_object_tagging(Bucket=BUCKET, Key="red/k", Tagging={"TagSet": [{"Key": "open", "Value": "yes"}]})
    actor.s3.get_object(Bucket=BUCKET, Key="red/k")


def test_a_missing_object_is_told_to_who_may_list(actor: Actor) -> None:
    actor.may(allow("s3:GetObject"))
    assert refused(actor.s3.get_object, Bucket=BUCKET, Key="nothing") == actor.message(
        "s3:ListBucket", BUCKET, "because no identity-based policy allows the s3:ListBucket action"
    )
    assert refused(actor.s3.head_object, Bucket=BUCKET, Key="nothing") == "Forbidden"
    actor.may(allow("s3:GetBucket*"))
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        actor.s3.get_bucket_tagging(Bucket=BUCKET)
    actor.may(allow(["s3:GetObject", "s3:ListBucket"]))
    with pytest.raises(ClientError, match="NoSuchKey"):
        actor.s3.get_object(Bucket=BUCKET, Key="nothing")
    with pytest.raises(ClientError, match="404"):
        actor.s3.head_object(Bucket=BUCKET, Key="nothing")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        actor.s3.get_object(Bucket="policed-nowhere", Key="nothing")


def test_several_keys_are_deleted_as_far_as_allowed(actor: Actor, s3: Any) -> None:
    actor.may(allow("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/mine/*"))
    for key in ("mine/1", "theirs/1"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    several = {"Objects": [{"Key": "mine/1"}, {"Key": "theirs/1"}]}
    answer = actor.s3.delete_objects(Bucket=BUCKET, Delete=several)
    assert [item["Key"] for item in answer["Deleted"]] == ["mine/1"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [("theirs/1", "AccessDenied")]
    s3.head_object(Bucket=BUCKET, Key="theirs/1")
    versions = {"Objects": [{"Key": "mine/2", "VersionId": "null"}]}
    assert actor.s3.delete_objects(Bucket=BUCKET, Delete=versions)["Errors"][0]["Key"] == "mine/2"


def test_a_copy_reads_and_writes(actor: Actor) -> None:
    copy = {"Bucket": BUCKET, "Key": "copy", "CopySource": {"Bucket": OTHER, "Key": "in/a.csv"}}
    actor.may(allow("s3:PutObject"))
    assert "s3:GetObject" in refused(actor.s3.copy_object, **copy)
    actor.may(allow("s3:GetObject"))
    assert "s3:PutObject" in refused(actor.s3.copy_object, **copy)
    actor.may(allow("s3:PutObject"), allow("s3:GetObject", f"arn:aws:s3:::{OTHER}/in/*"))
    actor.s3.copy_object(**copy)


def test_parts_of_an_upload(actor: Actor) -> None:
    actor.may(allow("s3:PutObject"))
    upload = {"Bucket": BUCKET, "Key": "parts"}
    upload["UploadId"] = actor.s3.create_multipart_upload(**upload)["UploadId"]
    part = actor.s3.upload_part(**upload, PartNumber=1, Body=b"x")
    refused(actor.s3.list_parts, **upload)
    refused(actor.s3.abort_multipart_upload, **upload)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    actor.s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    actor.may(deny("s3:*"))
    refused(actor.s3.create_multipart_upload, Bucket=BUCKET, Key="parts")


def test_a_presigned_url_is_as_good_as_its_signer(actor: Actor) -> None:
    url = actor.s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "in/a.csv"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)
    actor.may(allow("s3:GetObject"))
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"a"


def test_a_session_of_a_role_that_is_gone(actor: Actor) -> None:
    actor.may(allow("s3:*"))
    actor.s3.list_objects_v2(Bucket=BUCKET)
    actor.iam.delete_role_policy(RoleName=actor.name, PolicyName="inline")
    actor.iam.delete_role(RoleName=actor.name)
    refused(actor.s3.list_objects_v2, Bucket=BUCKET)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "The policy is not JSON"),
        (document({**deny("s3:*"), "Principal": "*", "Condition": {"Boolean": {"k": "v"}}}), "operator Boolean"),
        (document(deny("s3:*")), "Missing required field Principal"),
    ],
)
def test_a_bucket_takes_no_policy_that_is_none(s3: Any, text: str, message: str) -> None:
    with pytest.raises(ClientError, match=f"MalformedPolicy.*{message}"):
        s3.put_bucket_policy(Bucket=BUCKET, Policy=text)


@pytest.mark.parametrize(
    ("service", "region", "path"),
    [
        ("s3express", "us-east-1", f"/{BUCKET}/in/a.csv"),
        ("s3-outposts", "us-east-1", f"/{BUCKET}/in/a.csv"),
        (f"{BUCKET}.s3", "us-east-1", "/in/a.csv"),
        (BUCKET, "s3", "/in/a.csv"),
    ],
)
def test_no_other_name_leads_to_s3(actor: Actor, service: str, region: str, path: str) -> None:
    """The service and the region that a client signs for are its own choice."""
    keys = actor.s3._request_signer._credentials
    request = AWSRequest("GET", f"{actor.stack.endpoint_url}{path}")
    SigV4Auth(keys, service, region).add_auth(request)
    answer = actor.stack.pool.request("GET", request.url, headers=dict(request.headers.items()), retries=False)
    assert answer.status == 403
    assert "AccessDenied" in answer.data.decode() + answer.headers.get("x-amzn-ErrorType", "")
