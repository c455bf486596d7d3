"""Which permissions a request of S3's REST API needs.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html and
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

__all__ = ["SUB_RESOURCES", "Need", "S3Call", "copy_source", "needs"]

# Sub-resource of a bucket → the actions of GET, PUT and DELETE.
_BUCKET: dict[str, tuple[str, ...]] = {
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration"),
    "acl": ("GetBucketAcl", "PutBucketAcl"),
    "analytics": ("GetAnalyticsConfiguration", "PutAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    "cors": ("GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
    "encryption": ("GetEncryptionConfiguration", "PutEncryptionConfiguration", "PutEncryptionConfiguration"),
    "intelligent-tiering": (
        "GetIntelligentTieringConfiguration",
        "PutIntelligentTieringConfiguration",
        "PutIntelligentTieringConfiguration",
    ),
    "inventory": ("GetInventoryConfiguration", "PutInventoryConfiguration", "PutInventoryConfiguration"),
    "lifecycle": ("GetLifecycleConfiguration", "PutLifecycleConfiguration", "PutLifecycleConfiguration"),
    "location": ("GetBucketLocation",),
    "logging": ("GetBucketLogging", "PutBucketLogging"),
    "metrics": ("GetMetricsConfiguration", "PutMetricsConfiguration", "PutMetricsConfiguration"),
    "notification": ("GetBucketNotification", "PutBucketNotification"),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    "ownershipControls": ("GetBucketOwnershipControls", "PutBucketOwnershipControls", "PutBucketOwnershipControls"),
    "policy": ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus",),
    "publicAccessBlock": ("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "replication": ("GetReplicationConfiguration", "PutReplicationConfiguration", "PutReplicationConfiguration"),
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment"),
    "tagging": ("GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
    "uploads": ("ListBucketMultipartUploads",),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning"),
    "versions": ("ListBucketVersions",),
    "website": ("GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
}
_BUCKET_ITSELF = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
# Sub-resource of an object → the action of a method; those in _VERSIONED have a sibling for a given version.
_OBJECT: dict[str, dict[str, str]] = {
    "acl": {"GET": "GetObjectAcl", "PUT": "PutObjectAcl"},
    "attributes": {"GET": "GetObjectAttributes"},
    "legal-hold": {"GET": "GetObjectLegalHold", "PUT": "PutObjectLegalHold"},
    "restore": {"POST": "RestoreObject"},
    "retention": {"GET": "GetObjectRetention", "PUT": "PutObjectRetention"},
    "select": {"POST": "GetObject"},
    "tagging": {"GET": "GetObjectTagging", "PUT": "PutObjectTagging", "DELETE": "DeleteObjectTagging"},
    "torrent": {"GET": "GetObjectTorrent"},
    "uploadId": {"GET": "ListMultipartUploadParts", "DELETE": "AbortMultipartUpload"},
}
SUB_RESOURCES = frozenset({*_BUCKET, *_OBJECT})
_OBJECT_ITSELF = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "POST": "PutObject"}
_VERSIONED = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "GetObjectTorrent": "GetObjectVersionTorrent",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}
# Headers of a write that ask for more than the write.
_OBJECT_EXTRAS = {
    "X-Amz-Acl": "PutObjectAcl",
    "X-Amz-Grant-Full-Control": "PutObjectAcl",
    "X-Amz-Grant-Read": "PutObjectAcl",
    "X-Amz-Grant-Read-Acp": "PutObjectAcl",
    "X-Amz-Grant-Write-Acp": "PutObjectAcl",
    "X-Amz-Object-Lock-Legal-Hold": "PutObjectLegalHold",
    "X-Amz-Object-Lock-Mode": "PutObjectRetention",
    "X-Amz-Tagging": "PutObjectTagging",
}
_BUCKET_EXTRAS = {
    "X-Amz-Acl": "PutBucketAcl",
    "X-Amz-Bucket-Object-Lock-Enabled": "PutBucketObjectLockConfiguration",
    "X-Amz-Object-Ownership": "PutBucketOwnershipControls",
}
# S3 Control, whose requests are signed for S3 too: the path's first part behind the account's → action of a method.
_CONTROL = "v20180820"
_CONTROL_ACTIONS = {
    "accesspoint": {"GET": "GetAccessPoint", "PUT": "CreateAccessPoint", "DELETE": "DeleteAccessPoint"},
    "configuration": {
        "GET": "GetAccountPublicAccessBlock",
        "PUT": "PutAccountPublicAccessBlock",
        "DELETE": "PutAccountPublicAccessBlock",
    },
    "tags": {"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"},
}


@dataclass(frozen=True)
class S3Call:
    """A request as the REST API names things; `bucket` and `key` are empty where the path has none."""

    method: str
    bucket: str
    key: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]

    @classmethod
    def read(cls, method: str, raw_path: str, query: str, headers: Mapping[str, str]) -> S3Call:
        """From the request's parts; the path is cut as the backend cuts it."""
        parameters = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        bucket = raw_path.lstrip("/").split("/", 1)[0]
        return cls(method, bucket, "/".join(unquote(raw_path).split("/")[2:]), parameters, headers)

    @property
    def deletes_several(self) -> bool:
        """DeleteObjects: decided key by key, and answered so."""
        return self.method == "POST" and not self.key and "delete" in self.parameters

    @property
    def reads_object(self) -> bool:
        return self.method in ("GET", "HEAD") and bool(self.key)


@dataclass(frozen=True)
class Need:
    """An action, without its service, on a bucket or (with a key) an object; every need of a call must be allowed."""

    action: str
    bucket: str
    key: str = ""

    def resource(self, partition: str) -> str:
        """The ARN (listing all buckets is an action on all of them)."""
        return f"arn:{partition}:s3:::{self.bucket or '*'}" + (f"/{self.key}" if self.key else "")


def needs(call: S3Call) -> list[Need]:
    """The permissions that a call needs; none for DeleteObjects, whose keys are decided one by one."""
    if call.deletes_several:
        return []
    if not call.bucket:
        return [Need("ListAllMyBuckets", "")]
    if call.bucket == _CONTROL:
        return [_of_control(call)]
    if call.key:
        return _of_object(call)
    return [Need(action, call.bucket) for action in _of_bucket(call)]


def _of_bucket(call: S3Call) -> list[str]:
    column = {"GET": 0, "HEAD": 0, "PUT": 1, "DELETE": 2}.get(call.method)
    if column is None:
        return ["PutObject"]  # a browser's form, which writes what its own policy names
    # A request that names several sub-resources needs the permission of each.
    named = [_BUCKET[name] for name in call.parameters if name in _BUCKET]
    found = [actions[column] for actions in named if column < len(actions)]
    if found:
        return found
    itself = [_BUCKET_ITSELF[call.method]]
    if call.method == "PUT":
        itself += [action for header, action in _BUCKET_EXTRAS.items() if header in call.headers]
    return itself


def _of_object(call: S3Call) -> list[Need]:
    named = [_OBJECT[name] for name in call.parameters if name in _OBJECT]
    actions = [actions[call.method] for actions in named if call.method in actions]
    if not actions:
        actions = [_OBJECT_ITSELF.get(call.method, "DeleteObject")]
    elif "attributes" in call.parameters:
        actions.append("GetObject")
    if call.parameters.get("versionId"):
        actions = [_VERSIONED.get(action, action) for action in actions]
    if "PutObject" in actions:
        actions += [action for header, action in _OBJECT_EXTRAS.items() if header in call.headers]
    found = [Need(action, call.bucket, call.key) for action in dict.fromkeys(actions)]
    if source := copy_source(call):
        bucket, key, version = source
        found.insert(0, Need("GetObjectVersion" if version else "GetObject", bucket, key))
    return found


def _of_control(call: S3Call) -> Need:
    """What is not known here is for those who may do everything."""
    kind, _, rest = call.key.partition("/")
    action = _CONTROL_ACTIONS.get(kind, {}).get(call.method, "*")
    return Need(action, rest.rpartition(":")[2] if kind == "tags" else "")


def copy_source(call: S3Call) -> tuple[str, str, str | None] | None:
    """The bucket, key and version that CopyObject and UploadPartCopy read; None for other calls.

    The header is `bucket/key?versionId=…`, with or without a slash in front.
    """
    header = call.headers.get("X-Amz-Copy-Source")
    if not header:
        return None
    parts = urlsplit(header)
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    versions = parse_qs(parts.query).get("versionId")
    return bucket, key, versions[0] if versions else None
