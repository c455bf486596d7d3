"""With which KMS keys buckets, objects, uploads, queues and topics are encrypted, as moto has it."""

from __future__ import annotations

from typing import Any

from localaws.api.arns import read_arn
from localaws.iam.stores import Encryption
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

__all__ = ["bucket_encryption", "message_encryption", "object_encryption", "upload_encryption"]


def bucket_encryption(account_id: str, partition: str, name: str) -> Encryption | None:
    """The bucket's default encryption; None where it is not with a key of the account's own."""
    with MOTO_LOCK:
        bucket = backends.s3(account_id, partition).buckets.get(name)
        rule = ((bucket.encryption if bucket else None) or {}).get("Rule", {})
    rule = rule[0] if isinstance(rule, list) else rule
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    return _encryption(default.get("SSEAlgorithm"), default.get("KMSMasterKeyID"), rule.get("BucketKeyEnabled", False))


def object_encryption(
    account_id: str, partition: str, name: str, key: str, version_id: str | None
) -> Encryption | None:
    """The encryption of an object, or of its version; None where it is not with a key of the account's own."""
    from moto.s3.models import FakeKey

    with MOTO_LOCK:
        bucket = backends.s3(account_id, partition).buckets.get(name)
        versions = bucket.keys.getlist(key) if bucket and key in bucket.keys else []
        wanted = [each for each in versions if version_id is None or str(each.version_id) == version_id]
        found = wanted[-1] if wanted else None
        if not isinstance(found, FakeKey):
            return None
        return _encryption(found.encryption, found.kms_key_id, found.bucket_key_enabled)


def upload_encryption(account_id: str, partition: str, name: str, upload_id: str) -> Encryption | None:
    """The encryption of a multipart upload; None where it is not with a key of the account's own."""
    with MOTO_LOCK:
        bucket = backends.s3(account_id, partition).buckets.get(name)
        upload = bucket.multiparts.get(upload_id) if bucket else None
        found = _encryption(upload.sse_encryption, upload.kms_key_id, False) if upload else None
    return found if upload is None or upload.sse_encryption else bucket_encryption(account_id, partition, name)


def message_encryption(account_id: str, arn: str) -> Encryption | None:
    """The encryption of a queue or topic; None where it is not with a key of the account's own."""
    parts = read_arn(arn)
    if parts is None or parts.account_id != account_id or parts.service not in ("sns", "sqs"):
        return None
    with MOTO_LOCK:
        backend = backends.existing(parts.service, account_id, parts.region)
        if backend is None:
            return None
        found = backend.queues.get(parts.resource) if parts.service == "sqs" else backend.topics.get(arn)
        key = found.kms_master_key_id if found else None
    return Encryption(key) if key else None


def _encryption(algorithm: Any, key: Any, bucket_key: Any) -> Encryption | None:
    """Without the name of a key, S3 uses the one that AWS manages."""
    if not str(algorithm or "").startswith("aws:kms") or not key:
        return None
    return Encryption(str(key), str(bucket_key).lower() == "true")
