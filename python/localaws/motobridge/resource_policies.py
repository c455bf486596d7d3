"""The policies of keys, queues, topics, functions and repositories, read where clients put them: in moto."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from localaws.api.arns import read_arn
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

__all__ = ["key_arn", "resource_policy"]


def resource_policy(account_id: str, arn: str) -> str | None:
    """The document of the policy of the account's resource; None where it has none, or there is no such resource."""
    parts = read_arn(arn)
    if parts is None or parts.account_id != account_id or parts.service not in _READERS:
        return None
    with MOTO_LOCK:
        backend = backends.existing(parts.service, account_id, parts.region)
        return None if backend is None else _READERS[parts.service](backend, parts.resource, arn)


def key_arn(account_id: str, region: str, name: str) -> str | None:
    """The ARN of the KMS key that an ID, an alias or the ARN of either names; None where there is no such key."""
    arn = read_arn(name) if name.startswith("arn:") else None
    with MOTO_LOCK:
        backend = backends.existing("kms", account_id, arn.region if arn else region)
        key = None if backend is None else _key(backend, name.rpartition(":")[2])
        return None if key is None else str(key.arn)


def _key(backend: Any, name: str) -> Any:
    if name.startswith("alias/"):
        return next((key for key in backend.keys.values() if name in key.aliases), None)
    return backend.keys.get(name.removeprefix("key/"))


def _of_key(backend: Any, name: str, arn: str) -> str | None:
    key = _key(backend, name)
    return None if key is None else str(key.policy)


def _of_queue(backend: Any, name: str, arn: str) -> str | None:
    queue = backend.queues.get(name)
    return (queue.policy or None) if queue else None


def _of_topic(backend: Any, name: str, arn: str) -> str | None:
    topic = backend.topics.get(arn)
    return str(topic.policy) if topic else None


def _of_function(backend: Any, name: str, arn: str) -> str | None:
    """The statements of the function and of its versions and aliases, which name their resource each."""
    function = name.removeprefix("function:").partition(":")[0]
    versions = [each for each in backend.list_functions("ALL") if each.function_name == function]
    statements = [_with_element(statement) for each in versions for statement in each.policy.statements]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _with_element(statement: dict[str, Any]) -> dict[str, Any]:
    """moto leaves an account's number or an ARN as AddPermission has it, which is no Principal element."""
    principal = statement.get("Principal")
    if not isinstance(principal, str) or principal == "*":
        return statement
    return {**statement, "Principal": {"AWS": principal}}


def _of_repository(backend: Any, name: str, arn: str) -> str | None:
    repository = backend.repositories.get(name.removeprefix("repository/"))
    return (repository.policy or None) if repository else None


_READERS: dict[str, Callable[[Any, str, str], str | None]] = {
    "ecr": _of_repository,
    "kms": _of_key,
    "lambda": _of_function,
    "sns": _of_topic,
    "sqs": _of_queue,
}
