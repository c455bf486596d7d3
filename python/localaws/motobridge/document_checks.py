"""Policy documents are checked when a client sends them; moto keeps nearly whatever it gets.

A policy that cannot be read would deny everything from then on, and one without end would slow each decision down.
Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html and
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.api.errors import AwsError
from localaws.api.json_text import read_json
from localaws.api.request import Request
from localaws.iam.documents import DocumentKind, check_document
from localaws.iam.policy import PolicyError
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

__all__ = ["check_documents"]

_MANAGED_CHARACTERS, _TRUST_CHARACTERS = 6_144, 2_048
_INLINE_CHARACTERS = {"Role": 10_240, "User": 2_048, "Group": 5_120}
_BUCKET_BYTES = 20_480
_KEY_BYTES = 32_768


def check_documents(request: Request, account_id: str, partition: str) -> None:
    """Raise the service's error for a policy in the request that cannot be one, or is too large."""
    service = request.scope.service if request.scope else ""
    if service == "iam":
        _check_iam(request.operation, request.form, account_id, partition)
    elif service == "s3" and request.method == "PUT" and "policy" in request.parameters:
        _check_bucket_policy(request.body)
    elif service == "kms" and request.operation in ("CreateKey", "PutKeyPolicy"):
        _check_key_policy(_body(request).get("Policy"))
    elif service == "sqs" and request.operation in ("CreateQueue", "SetQueueAttributes"):
        given = _body(request).get("Attributes")
        text = (given if isinstance(given, dict) else _attributes(request.form)).get("Policy")
        _check(text, "resource", "InvalidAttributeValue", "Invalid value for the parameter Policy. ")
    elif service == "sns" and request.operation in ("CreateTopic", "SetTopicAttributes"):
        named = request.form.get("AttributeName") == "Policy"
        text = request.form.get("AttributeValue") if named else _entries(request.form).get("Policy")
        _check(text, "resource", "InvalidParameter", "Invalid parameter: Policy Error: ")


def _check_iam(operation: str, form: Mapping[str, str], account_id: str, partition: str) -> None:
    trust = form.get("AssumeRolePolicyDocument", form.get("PolicyDocument"))
    if operation in ("CreateRole", "UpdateAssumeRolePolicy"):
        _check(trust, "trust", "MalformedPolicyDocument")
        if _characters(trust) > _TRUST_CHARACTERS:
            raise _limit_exceeded(f"Cannot exceed quota for ACLSizePerRole: {_TRUST_CHARACTERS}")
    text = form.get("PolicyDocument")
    if operation in ("CreatePolicy", "CreatePolicyVersion"):
        _check(text, "identity", "MalformedPolicyDocument")
        if _characters(text) > _MANAGED_CHARACTERS:
            raise _limit_exceeded(f"Cannot exceed quota for PolicySize: {_MANAGED_CHARACTERS}")
    for kind, maximum in _INLINE_CHARACTERS.items():
        if operation == f"Put{kind}Policy":
            _check(text, "identity", "MalformedPolicyDocument")
            name = form.get(f"{kind}Name", "")
            others = _inline(account_id, partition, kind, name)
            others.pop(form.get("PolicyName", ""), None)
            if _characters(text) + sum(map(_characters, others.values())) > maximum:
                raise _limit_exceeded(f"Maximum policy size of {maximum} bytes exceeded for {kind.lower()} {name}")


def _inline(account_id: str, partition: str, kind: str, name: str) -> dict[str, str]:
    """The inline policies that a role, user or group has: the quota is for all of them together."""
    with MOTO_LOCK:
        iam = backends.iam(account_id, partition)
        named = {"Role": iam.get_roles, "User": iam.users.values, "Group": iam.groups.values}[kind]()
        found = next((one for one in named if one.name == name), None)
        return dict(found.policies) if found else {}


def _check_bucket_policy(body: bytes) -> None:
    if len(body) > _BUCKET_BYTES:
        raise AwsError("MalformedPolicy", "Policy exceeds the maximum allowed document size.")
    _check(body.decode("utf-8", "replace"), "resource", "MalformedPolicy")


def _check_key_policy(text: Any) -> None:
    if isinstance(text, str) and len(text.encode()) > _KEY_BYTES:
        raise AwsError("LimitExceededException", f"The key policy exceeds the maximum size of {_KEY_BYTES} bytes.")
    _check(text, "resource", "MalformedPolicyDocumentException")


def _check(text: Any, kind: DocumentKind, code: str, prefix: str = "") -> None:
    if not isinstance(text, str) or not text:
        return
    try:
        check_document(text, kind)
    except PolicyError as error:
        raise AwsError(code, f"{prefix}{error}") from error


def _characters(text: str | None) -> int:
    """IAM does not count white space."""
    return len("".join((text or "").split()))


def _limit_exceeded(message: str) -> AwsError:
    return AwsError("LimitExceeded", message, status=409)


def _body(request: Request) -> dict[str, Any]:
    """The parameters of a JSON call; nothing for a body that is none, which the service refuses."""
    if request.form:
        return {}
    try:
        found = read_json(request.body or b"{}")
    except ValueError:
        return {}
    return {name: value for name, value in found.items() if value is not None} if isinstance(found, dict) else {}


def _attributes(form: Mapping[str, str]) -> dict[str, str]:
    """The Attributes of SQS's query protocol: `Attribute.1.Name` and `Attribute.1.Value`."""
    numbers = {key.split(".")[1] for key in form if key.startswith("Attribute.") and key.count(".") == 2}
    return {form.get(f"Attribute.{each}.Name", ""): form.get(f"Attribute.{each}.Value", "") for each in numbers}


def _entries(form: Mapping[str, str]) -> dict[str, str]:
    """The Attributes of SNS's CreateTopic: `Attributes.entry.1.key` and `….value`."""
    prefix = "Attributes.entry."
    numbers = {key[len(prefix) :].partition(".")[0] for key in form if key.startswith(prefix)}
    return {form.get(f"{prefix}{each}.key", ""): form.get(f"{prefix}{each}.value", "") for each in numbers}
