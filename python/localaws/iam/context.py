"""The condition keys of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and, for S3,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from localaws.iam.patterns import Context
from localaws.iam.principal import Principal, ServicePrincipal
from localaws.iam.s3_actions import S3Call

__all__ = ["global_keys", "moment_keys", "s3_keys", "service_keys"]

# Headers that are condition keys under their own names.
_S3_HEADERS = (
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
)
_S3_PARAMETERS = ("delimiter", "max-keys", "prefix", "versionId")


def global_keys(
    principal: Principal, region: str, headers: Mapping[str, str], tags: Mapping[str, str] | None = None
) -> dict[str, tuple[str, ...]]:
    """The `aws:` keys.  `tags` are the principal's.

    The stack is on this machine: a request counts as sent over TLS, and it comes from 127.0.0.1.
    """
    keys = {
        **_moment(),
        "aws:principalaccount": principal.account_id,
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalisawsservice": "false",
        "aws:principaltype": "AssumedRole" if principal.kind == "assumed-role" else "User",
        "aws:requestedregion": region,
        "aws:resourceaccount": principal.account_id,
        "aws:securetransport": "true",
        "aws:sourceip": "127.0.0.1",
        "aws:userid": principal.user_id,
        "aws:viaawsservice": "false",
    }
    if principal.kind != "assumed-role":
        keys["aws:username"] = principal.name
    for key, header in (("aws:useragent", "User-Agent"), ("aws:referer", "Referer")):
        if header in headers:
            keys[key] = headers[header]
    if principal.source_identity:
        keys["aws:sourceidentity"] = principal.source_identity
    keys |= {f"aws:principaltag/{name.lower()}": value for name, value in (tags or {}).items()}
    return {key: (value,) for key, value in keys.items()}


def service_keys(service: ServicePrincipal, account_id: str, region: str) -> dict[str, tuple[str, ...]]:
    """The `aws:` keys of a request that a service sends as itself, for a resource of the account."""
    keys = {
        **_moment(),
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service.name,
        "aws:principalservicenameslist": service.name,
        "aws:requestedregion": region,
        "aws:resourceaccount": account_id,
        "aws:securetransport": "true",
        "aws:sourceaccount": account_id,
        "aws:sourcearn": service.source_arn,
        # AWS names this key in the default policies of SNS's topics only, and calls it deprecated.
        "aws:sourceowner": account_id,
        "aws:viaawsservice": "false",
    }
    return {key: (value,) for key, value in keys.items()}


def moment_keys() -> dict[str, tuple[str, ...]]:
    """The keys that every request has: when it was sent."""
    return {key: (value,) for key, value in _moment().items()}


def _moment() -> dict[str, str]:
    now = time.time()
    return {
        "aws:currenttime": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now)),
    }


def s3_keys(call: S3Call, account_id: str) -> Context:
    """The `s3:` keys that the request itself shows."""
    keys = {f"s3:{name}": call.headers[name.title()] for name in _S3_HEADERS if name.title() in call.headers}
    keys |= {f"s3:{name.lower()}": call.parameters[name] for name in _S3_PARAMETERS if name in call.parameters}
    keys["s3:authtype"] = "REST-HEADER" if "Authorization" in call.headers else "REST-QUERY-STRING"
    keys["s3:resourceaccount"] = account_id
    in_version_2 = call.headers.get("Authorization", "").startswith("AWS ") or "AWSAccessKeyId" in call.parameters
    keys["s3:signatureversion"] = "AWS" if in_version_2 else "AWS4-HMAC-SHA256"
    keys["s3:tlsversion"] = "1.3"
    many: dict[str, tuple[str, ...]] = {key: (value,) for key, value in keys.items()}
    if tags := parse_qsl(call.headers.get("X-Amz-Tagging", ""), keep_blank_values=True):
        many |= {f"s3:requestobjecttag/{name.lower()}": (value,) for name, value in tags}
        many["s3:requestobjecttagkeys"] = tuple(name for name, _ in tags)
    return many
