"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.iam.actions.arns import Account, Format
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import Rule, ServiceMapping
from localaws.iam.actions.parameters import first, items, texts

__all__ = ["MAPPING"]

_KEY = Format.read("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}")
_ALIAS = Format.read("arn:${Partition}:kms:${Region}:${Account}:alias/${Alias}")
_KEY_ID = re.compile(rb"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def _named(value: str, account: Account) -> str:
    """The key's ARN; one that is named by an alias is that of the key behind it."""
    if value.startswith("arn:"):
        return account.resolve(value)
    if value.startswith("alias/"):
        return account.resolve(_ALIAS.fill(account, {"Alias": value.removeprefix("alias/")}))
    return _KEY.fill(account, {"KeyId": value})


def _of_ciphertext(parameters: Mapping[str, Any], account: Account) -> str:
    """The key that encrypted a ciphertext, which the ciphertext begins with: that is how moto makes them."""
    try:
        blob = base64.b64decode(first(parameters, "CiphertextBlob", default=""))
    except ValueError:
        blob = b""
    found = _KEY_ID.match(blob)
    return _KEY.fill(account, {"KeyId": found[1].decode()} if found else {})


def _decrypt(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    named = first(call.parameters, "KeyId", default="")
    yield "Decrypt", _named(named, account) if named else _of_ciphertext(call.parameters, account)


def _re_encrypt(call: Call, account: Account) -> Iterator[tuple[str, str]]:
    source = first(call.parameters, "SourceKeyId", default="")
    yield "ReEncryptFrom", _named(source, account) if source else _of_ciphertext(call.parameters, account)
    yield "ReEncryptTo", _named(first(call.parameters, "DestinationKeyId"), account)


def _on_alias(action: str) -> Rule:
    """An alias needs the permission on the alias, on the key that it has, and on the one that it gets.

    https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
    """

    def rule(call: Call, account: Account) -> Iterator[tuple[str, str]]:
        name = first(call.parameters, "AliasName").removeprefix("alias/")
        alias = _ALIAS.fill(account, {"Alias": name})
        yield action, alias
        if action != "CreateAlias":
            yield action, account.resolve(alias)
        if action != "DeleteAlias":
            yield action, _named(first(call.parameters, "TargetKeyId"), account)

    return rule


def _caller_account(_: Call, account: Account) -> Iterator[str]:
    yield account.account_id


def _algorithm(call: Call, _: Account) -> Iterator[str]:
    yield first(call.parameters, "EncryptionAlgorithm", default="SYMMETRIC_DEFAULT")


def _context_keys(call: Call, _: Account) -> Iterator[str]:
    for context in items(call.parameters, "EncryptionContext"):
        yield from context if isinstance(context, Mapping) else ()


def _request_alias(call: Call, _: Account) -> Iterator[str]:
    for value in texts(call.parameters, "KeyId", "DestinationKeyId"):
        alias, name = value.rpartition("alias/")[1:]
        if alias:
            yield f"alias/{name}"


MAPPING = ServiceMapping(
    arns={"KeyId": _named},
    rules={
        "Decrypt": _decrypt,
        "ReEncrypt": _re_encrypt,
        **{name: _on_alias(name) for name in ("CreateAlias", "DeleteAlias", "UpdateAlias")},
    },
    keys={
        "kms:BypassPolicyLockoutSafetyCheck": ("BypassPolicyLockoutSafetyCheck",),
        "kms:CallerAccount": _caller_account,
        "kms:EncryptionAlgorithm": _algorithm,
        "kms:EncryptionContext:${EncryptionContextKey}": ("EncryptionContext",),
        "kms:EncryptionContextKeys": _context_keys,
        "kms:GrantOperations": ("Operations",),
        "kms:GranteePrincipal": ("GranteePrincipal",),
        "kms:KeySpec": ("KeySpec",),
        "kms:KeyUsage": ("KeyUsage",),
        "kms:RequestAlias": _request_alias,
        "kms:RetiringPrincipal": ("RetiringPrincipal",),
        "kms:ScheduleKeyDeletionPendingWindowInDays": ("PendingWindowInDays",),
    },
    tagging="TagResource",
)
