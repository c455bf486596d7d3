"""What roles may have S3 encrypt and decrypt, by key policies and identity-based policies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from role_actor import ACCOUNT, BUCKET, OTHER, Actor, allow, deny, document, refused

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.fixture
def key(module_stack: Any) -> str:
    return str(module_stack.client("kms").create_key()["KeyMetadata"]["Arn"])


def put_key_policy(actor: Actor, key: str, *statements: dict[str, Any]) -> None:
    actor.stack.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=document(*statements))


def kms(key: str | None) -> dict[str, str]:
    return {"ServerSideEncryption": "aws:kms", **({"SSEKMSKeyId": key} if key else {})}


def missing(action: str, key: str, kind: str = "identity-based") -> str:
    return (
        f"is not authorized to perform: {action} on resource: {key} because no {kind} policy allows the {action} action"
    )


def test_writing_needs_generate_data_key_and_reading_decrypt(actor: Actor, key: str) -> None:
    actor.may(allow("s3:*"))
    put = {"Bucket": BUCKET, "Key": "secret", "Body": b"x"}
    assert missing("kms:GenerateDataKey", key) in refused(actor.s3.put_object, **put, **kms(key))
    actor.may(allow("s3:*"), allow("kms:GenerateDataKey", key))
    actor.s3.put_object(**put, **kms(key))
    assert missing("kms:Decrypt", key) in refused(actor.s3.get_object, Bucket=BUCKET, Key="secret")
    actor.s3.head_object(Bucket=BUCKET, Key="secret")
    actor.may(allow("s3:*"), allow("kms:Decrypt", key))
    assert actor.s3.get_object(Bucket=BUCKET, Key="secret")["Body"].read() == b"x"


def test_the_key_policy_must_take_part(actor: Actor, key: str) -> None:
    actor.may(allow("s3:*"), allow("kms:*"))
    put = {"Bucket": BUCKET, "Key": "secret", "Body": b"x"}
    owner = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/owner"}}
    put_key_policy(actor, key, owner)
    assert missing("kms:GenerateDataKey", key, "resource-based") in refused(actor.s3.put_object, **put, **kms(key))
    put_key_policy(actor, key, {**allow("kms:*"), "Principal": {"AWS": ROOT}})
    actor.s3.put_object(**put, **kms(key))
    actor.may(allow("s3:*"))
    put_key_policy(actor, key, {**allow(["kms:Decrypt", "kms:GenerateDataKey"]), "Principal": {"AWS": actor.arn}})
    actor.s3.put_object(**put, **kms(key))
    actor.s3.get_object(Bucket=BUCKET, Key="secret")
    put_key_policy(
        actor, key, {**allow("kms:*"), "Principal": {"AWS": actor.arn}}, {**deny("kms:Decrypt"), "Principal": "*"}
    )
    assert "with an explicit deny in a resource-based policy" in refused(
        actor.s3.get_object, Bucket=BUCKET, Key="secret"
    )


def test_keys_may_be_used_by_way_of_s3_only(actor: Actor, key: str) -> None:
    via = {
        "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": ACCOUNT},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{BUCKET}/team/*"},
    }
    actor.may(allow("s3:*"), allow("kms:*", Condition=via))
    actor.s3.put_object(Bucket=BUCKET, Key="team/a", Body=b"x", **kms(key))
    assert "kms:GenerateDataKey" in refused(actor.s3.put_object, Bucket=BUCKET, Key="other/a", Body=b"x", **kms(key))
    # With a bucket key, the encryption context is the bucket.
    bucket_key = {**kms(key), "BucketKeyEnabled": True}
    refused(actor.s3.put_object, Bucket=BUCKET, Key="team/b", Body=b"x", **bucket_key)
    via["StringLike"]["kms:EncryptionContext:aws:s3:arn"] = f"arn:aws:s3:::{BUCKET}"
    actor.may(allow("s3:*"), allow("kms:*", Condition=via))
    actor.s3.put_object(Bucket=BUCKET, Key="team/b", Body=b"x", **bucket_key)


def test_a_copy_decrypts_its_source_and_encrypts_its_target(actor: Actor, s3: Any, key: str) -> None:
    s3.put_object(Bucket=OTHER, Key="secret", Body=b"x", **kms(key))
    source = {"CopySource": f"{OTHER}/secret"}
    actor.may(allow("s3:*"))
    assert missing("kms:Decrypt", key) in refused(actor.s3.copy_object, Bucket=BUCKET, Key="copy", **source)
    actor.may(allow("s3:*"), allow("kms:Decrypt"))
    actor.s3.copy_object(Bucket=BUCKET, Key="copy", **source)
    assert missing("kms:GenerateDataKey", key) in refused(
        actor.s3.copy_object, Bucket=BUCKET, Key="copy", **source, **kms(key)
    )


def test_a_multipart_upload_needs_both(actor: Actor, key: str) -> None:
    where = {"Bucket": BUCKET, "Key": "large"}
    actor.may(allow("s3:*"))
    assert missing("kms:GenerateDataKey", key) in refused(actor.s3.create_multipart_upload, **where, **kms(key))
    actor.may(allow("s3:*"), allow("kms:GenerateDataKey"))
    upload = actor.s3.create_multipart_upload(**where, **kms(key))["UploadId"]
    part = {**where, "UploadId": upload, "PartNumber": 1, "Body": b"x"}
    assert missing("kms:Decrypt", key) in refused(actor.s3.upload_part, **part)
    actor.may(allow("s3:*"), allow("kms:*"))
    tag = actor.s3.upload_part(**part)["ETag"]
    done = {"Parts": [{"ETag": tag, "PartNumber": 1}]}
    actor.s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=done)


def test_the_buckets_default_encryption_counts(actor: Actor, s3: Any, module_stack: Any) -> None:
    made = module_stack.client("kms").create_key()["KeyMetadata"]
    module_stack.client("kms").create_alias(AliasName="alias/default-of-bucket", TargetKeyId=made["KeyId"])
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/default-of-bucket"}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    try:
        actor.may(allow("s3:*"))
        put = {"Bucket": BUCKET, "Key": "by-default", "Body": b"x"}
        assert missing("kms:GenerateDataKey", made["Arn"]) in refused(actor.s3.put_object, **put)
        actor.s3.put_object(**put, ServerSideEncryption="AES256")
        on_bucket = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{BUCKET}"}}
        actor.may(allow("s3:*"), allow("kms:GenerateDataKey", made["Arn"], Condition=on_bucket))
        actor.s3.put_object(**put)
        assert missing("kms:Decrypt", made["Arn"]) in refused(actor.s3.get_object, Bucket=BUCKET, Key="by-default")
    finally:
        s3.delete_bucket_encryption(Bucket=BUCKET)


def test_the_key_that_aws_manages_needs_no_permission(actor: Actor) -> None:
    actor.may(allow("s3:*"))
    for encryption in (kms(None), kms("alias/aws/s3"), {"ServerSideEncryption": "AES256"}):
        actor.s3.put_object(Bucket=BUCKET, Key="managed", Body=b"x", **encryption)
        actor.s3.get_object(Bucket=BUCKET, Key="managed")


def test_the_administrator_needs_no_permission(actor: Actor, s3: Any, key: str) -> None:
    owner = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/owner"}}
    put_key_policy(actor, key, owner)
    s3.put_object(Bucket=BUCKET, Key="secret", Body=b"x", **kms(key))
    s3.get_object(Bucket=BUCKET, Key="secret")


def test_the_denied_use_of_a_key_is_reported(actor: Actor, key: str) -> None:
    actor.may(allow("s3:*"))
    refused(actor.s3.put_object, Bucket=BUCKET, Key="secret", Body=b"x", **kms(key))
    denials = json.loads(actor.stack.pool.request("GET", f"{actor.stack.endpoint_url}/_localaws/decisions").data)[
        "denials"
    ]
    assert denials[-1]["action"] == "kms:GenerateDataKey"


def test_encrypted_queues_and_topics_need_the_key(actor: Actor, key: str, module_stack: Any) -> None:
    url = module_stack.client("sqs").create_queue(QueueName="secret", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    topic = module_stack.client("sns").create_topic(Name="secret", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    sqs, sns = actor.client("sqs"), actor.client("sns")
    attempts = [
        ("kms:GenerateDataKey", lambda: sqs.send_message(QueueUrl=url, MessageBody="x")),
        ("kms:Decrypt", lambda: sqs.receive_message(QueueUrl=url)),
        ("kms:GenerateDataKey", lambda: sns.publish(TopicArn=topic, Message="x")),
    ]
    actor.may(allow(["sqs:*", "sns:*"]))
    for action, attempt in attempts:
        with pytest.raises(ClientError) as caught:
            attempt()
        error = caught.value.response["Error"]
        assert error["Code"].lower().endswith("kmsaccessdenied")
        assert missing(action, key) in error["Message"]
    via = {"StringLike": {"kms:ViaService": ["sqs.*.amazonaws.com", "sns.*.amazonaws.com"]}}
    actor.may(allow(["sqs:*", "sns:*"]), allow("kms:*", key, Condition=via))
    for _, attempt in attempts:
        attempt()
