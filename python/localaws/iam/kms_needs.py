"""Which permissions on a KMS key a request needs that has a service encrypt or decrypt on the caller's behalf.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html and
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html (`kms:ViaService`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localaws.iam.actions import Need
from localaws.iam.s3_actions import SUB_RESOURCES, S3Call, copy_source
from localaws.iam.stores import Encryption, PolicyStore

__all__ = ["KeyUse", "kms_needs", "message_key_uses", "s3_key_uses"]

_WRITE, _READ = ("kms:GenerateDataKey",), ("kms:Decrypt",)
_BOTH = (*_WRITE, *_READ)
_MESSAGES = {
    "sns:publish": _BOTH,
    "sqs:receivemessage": _READ,
    "sqs:sendmessage": _BOTH,
}
_SERVICE_CONTEXT = {"sns": "aws:sns:topicArn", "sqs": "aws:sqs:arn"}


@dataclass(frozen=True)
class KeyUse:
    """The actions of a service on a key; `context` is KMS's encryption context."""

    actions: Sequence[str]
    encryption: Encryption
    context: Mapping[str, str]


def kms_needs(use: KeyUse, service: str, region: str, account_id: str, store: PolicyStore) -> list[Need]:
    """The permissions of the caller; none for a key that AWS manages, nor for one that does not exist.

    A service's AWS managed key (`alias/aws/s3`) lets everyone use it who may use the service.
    """
    name = use.encryption.key
    managed = store.key_arn(f"alias/aws/{service}", region)
    arn = store.key_arn(name, region)
    if arn is None or arn == managed or "alias/aws/" in name:
        return []
    context = {
        "aws:viaawsservice": ("true",),
        "kms:calleraccount": (account_id,),
        "kms:viaservice": (f"{service}.{region}.amazonaws.com",),
        "kms:encryptioncontextkeys": tuple(use.context),
        **{f"kms:encryptioncontext:{key.lower()}": (value,) for key, value in use.context.items()},
    }
    return [Need(action, arn, context) for action in use.actions]


def message_key_uses(action: str, resource: str, store: PolicyStore) -> list[KeyUse]:
    """What SQS and SNS do with the key of a queue or topic (an ARN) for an action on it."""
    actions = _MESSAGES.get(action.lower())
    encryption = store.message_encryption(resource) if actions else None
    if actions is None or encryption is None:
        return []
    return [KeyUse(actions, encryption, {_SERVICE_CONTEXT[action.partition(":")[0].lower()]: resource})]


def s3_key_uses(call: S3Call, store: PolicyStore) -> list[KeyUse]:
    """What S3 does with keys for a call: of the object that it reads or copies, and of the object that it writes."""
    if not call.key:
        return []
    uses = []
    source = copy_source(call)
    if source is not None:
        bucket, key, version = source
        uses += _use(_READ, store.object_encryption(bucket, key, version), store, bucket, key)
    upload = call.parameters.get("uploadId")
    if upload is not None and call.method in ("PUT", "POST"):
        uses += _use(_READ, store.upload_encryption(call.bucket, upload), store, call.bucket, call.key)
    elif "uploads" in call.parameters or not SUB_RESOURCES.intersection(call.parameters):
        if call.method in ("PUT", "POST"):
            uses += _use(_WRITE, _of_write(call, store), store, call.bucket, call.key)
        elif call.method == "GET":
            found = store.object_encryption(call.bucket, call.key, call.parameters.get("versionId"))
            uses += _use(_READ, found, store, call.bucket, call.key)
    return uses


def _of_write(call: S3Call, store: PolicyStore) -> Encryption | None:
    """By the headers, or else by the bucket's default encryption."""
    algorithm = call.headers.get("X-Amz-Server-Side-Encryption")
    if algorithm is None:
        customer = "X-Amz-Server-Side-Encryption-Customer-Algorithm" in call.headers
        return None if customer else store.bucket_encryption(call.bucket)
    key = call.headers.get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")
    if not algorithm.startswith("aws:kms") or not key:
        return None
    bucket_key = call.headers.get("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "").lower() == "true"
    return Encryption(key, bucket_key)


def _use(
    actions: Sequence[str], encryption: Encryption | None, store: PolicyStore, bucket: str, key: str
) -> list[KeyUse]:
    if encryption is None:
        return []
    # With a bucket key the data keys are the bucket's, not the object's.
    resource = bucket if encryption.bucket_key else f"{bucket}/{key}"
    return [KeyUse(actions, encryption, {"aws:s3:arn": f"arn:{store.partition}:s3:::{resource}"})]
