"""The condition keys that a request shows: its tags, and what the reference lists for the action.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.iam.actions.arns import Account
from localaws.iam.actions.call import Call
from localaws.iam.actions.mapping import ServiceMapping
from localaws.iam.actions.parameters import items, texts
from localaws.iam.actions.reference import Action

__all__ = ["request_keys", "request_tags"]

# Members that hold tags: a list of keys and values, or a map.
_TAGS = ("Tags", "tags", "Tag", "ResourceTags")
_TAG_KEYS = ("TagKeys", "tagKeys", "TagKey", "ResourceTagKeys", "tags")  # `tags` of UntagLogGroup are keys
_PAIRS = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))


def request_tags(call: Call) -> dict[str, str]:
    """The tags that the request gives to a resource."""
    found: dict[str, str] = {}
    for given in (call.parameters[name] for name in _TAGS if name in call.parameters):
        if isinstance(given, Mapping):
            found |= {name: value for name, value in given.items() if isinstance(value, str)}
        elif isinstance(given, list):
            found |= dict(pair for each in given for pair in _pairs(each))
    return found


def _pairs(tag: Any) -> list[tuple[str, str]]:
    if not isinstance(tag, Mapping):
        return []
    pairs = [(tag[key], tag.get(value) or "") for key, value in _PAIRS if key in tag]
    return [(key, value) for key, value in pairs if isinstance(key, str) and isinstance(value, str)]


def request_keys(action: Action, mapping: ServiceMapping, call: Call, account: Account) -> dict[str, tuple[str, ...]]:
    """Condition key in lower case → its values."""
    found: dict[str, tuple[str, ...]] = {}
    for key in action.keys:
        source = mapping.keys.get(key)
        if source is None:
            continue
        if key.endswith("}") and isinstance(source, tuple):
            found |= _of_map(key, call, *source)
        elif values := texts(call.parameters, *source) if isinstance(source, tuple) else tuple(source(call, account)):
            found[key.lower()] = values
    given = request_tags(call)
    found |= {f"aws:requesttag/{name.lower()}": (value,) for name, value in given.items()}
    if names := (*given, *texts(call.parameters, *_TAG_KEYS)):
        found["aws:tagkeys"] = names
    return found


def _of_map(key: str, call: Call, *paths: str) -> dict[str, tuple[str, ...]]:
    """A key for each entry of a map: `kms:EncryptionContext:${EncryptionContextKey}`."""
    start = key[: key.index("${")].lower()
    entries = (
        entry
        for path in paths
        for one in items(call.parameters, path)
        if isinstance(one, Mapping)
        for entry in one.items()
    )
    return {f"{start}{name.lower()}": (value,) for name, value in entries if isinstance(value, str)}
