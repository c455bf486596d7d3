"""What `localaws iam` prints: denials with the statements that would allow them, and what a role used, as a policy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

__all__ = ["denials_text", "role_named", "used_policy"]

# So many resources of one action are written as their common beginning.
_FEW = 10
# Ends a text that stands for all resources that begin so.
_MORE = "\0"
# The condition keys that narrow a statement down as AWS's own examples do.
_SPELLED = {
    "iam:passedtoservice": "iam:PassedToService",
    "cloudwatch:namespace": "cloudwatch:namespace",
    "kms:viaservice": "kms:ViaService",
}
_REMEDIES = {
    "identity-based policy": "Allow it in a policy of the role:",
    "permissions boundary": "The role's permissions boundary must allow it too:",
    "session policy": "The policy that the session was given by AssumeRole must allow it too:",
    "resource-based policy": "The resource's own policy must allow it:",
}
Entry = Mapping[str, Any]


def denials_text(denials: Sequence[Entry], role: str | None, count: int) -> str:
    """The last `count` different denials, oldest first, of the role named `role` or of all roles.

    `denials` are those of `DecisionLog.document`.
    """
    latest: dict[tuple[Any, ...], Entry] = {}
    for entry in denials:
        if role is None or role_named(entry["role"]) == role:
            key = (entry["role"], entry["action"], entry["resource"], entry["outcome"], entry["kind"])
            latest.pop(key, None)
            latest[key] = entry
    return "\n".join(_denial(entry) for entry in list(latest.values())[-count:])


def used_policy(uses: Iterable[Entry], role: str) -> dict[str, Any]:
    """The smallest policy document under which the role could do again what it has done.

    Where one action was used on more than ten resources, those that lie together become their common beginning and `*`.
    """
    resources: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], set[str]] = {}
    for entry in uses:
        if role_named(entry["role"]) == role:
            resources.setdefault((entry["action"], _narrowing(entry["context"])), set()).add(entry["resource"])
    grouped: dict[tuple[tuple[str, ...], Any], list[str]] = {}
    for (action, conditions), found in sorted(resources.items()):
        grouped.setdefault((tuple(_few(found)), conditions), []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            _statement(actions, list(found), conditions)
            for (found, conditions), actions in sorted(grouped.items(), key=lambda item: item[1])
        ],
    }


def role_named(arn: str) -> str:
    """The name of the role in its ARN, without its path."""
    return arn.rpartition("/")[2]


def _denial(entry: Entry) -> str:
    at = datetime.fromtimestamp(entry["at"]).strftime("%H:%M:%S")
    head = f"{at}  {role_named(entry['role'])}: {entry['action']} on {entry['resource']}"
    article = "an" if entry["kind"][0] in "aeiou" else "a"
    if entry["outcome"] == "explicitDeny":
        remedy = "No Allow helps: change the statement that denies."
        return f"{head}\n  {article.capitalize()} {entry['kind']} denies it. {remedy}\n"
    statement = _statement([entry["action"]], [_pattern(entry["resource"])], _narrowing(entry["context"]))
    return f"{head}\n  No {entry['kind']} allows it. {_REMEDIES[entry['kind']]}\n  {json.dumps(statement)}\n"


def _statement(actions: list[str], resources: list[str], conditions: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": _one(actions), "Resource": _one(resources)}
    if conditions:
        statement["Condition"] = {"StringEquals": {_SPELLED[key]: _one(list(values)) for key, values in conditions}}
    return statement


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _narrowing(context: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, tuple(context[key])) for key in _SPELLED if context.get(key))


def _few(resources: set[str]) -> list[str]:
    """The resources as patterns; where there are many, those in one folder become their common beginning and `*`."""
    found = set(resources)
    while len(found) > _FEW:
        folders: dict[str, set[str]] = {}
        for one in found:
            folders.setdefault(one.removesuffix(_MORE).removesuffix("/").rpartition("/")[0], set()).add(one)
        folders.pop("", None)
        if not folders:
            break
        folder, members = max(folders.items(), key=lambda item: (len(item[1]), len(item[0]), item[0]))
        beginning = _common_beginning(members) if len(members) > 1 else f"{folder}/"
        found = {one for one in found if not one.startswith(beginning)} | {beginning + _MORE}
    return sorted(_pattern(one) for one in found)


def _common_beginning(resources: set[str]) -> str:
    first, *_, last = sorted(one.removesuffix(_MORE) for one in resources)
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def _pattern(resource: str) -> str:
    """What means this resource alone in a policy: there, `${*}` is a star, `${?}` a question mark.

    Only S3's keys may have these in their names: elsewhere a star stands for what a request leaves open.
    """
    if ":s3:::" not in resource:
        return resource.replace(_MORE, "*")
    text = resource.removesuffix(_MORE)
    literal = "".join({"*": "${*}", "?": "${?}", "$": "${$}"}.get(letter, letter) for letter in text)
    return literal + "*" if text != resource else literal
