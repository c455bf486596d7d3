"""The tags of resources that moto keeps, for `aws:ResourceTag/…`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from localaws.api.arns import read_arn
from localaws.motobridge import backends
from localaws.motobridge.lock import MOTO_LOCK

__all__ = ["resource_tags", "tag_dict"]


def resource_tags(account_id: str, arn: str) -> dict[str, str]:
    """The tags of the account's resource; none for one that does not exist."""
    parts = read_arn(arn)
    if parts is None or parts.account_id != account_id:
        return {}
    with MOTO_LOCK:
        if parts.service == "iam":
            return _of_identity(backends.iam(account_id, parts.partition), arn)
        backend = backends.existing(parts.service, account_id, parts.region)
        if backend is None:
            return {}
        if parts.service in _READERS:
            return _READERS[parts.service](backend, parts.resource)
        return _of_any(backend, _tagged_arn(parts.service, arn))


def _tagged_arn(service: str, arn: str) -> str:
    """The ARN of what has the tags: a log group for its streams, a function for its versions and aliases."""
    length = {"logs": 7, "lambda": 7}.get(service)
    return ":".join(arn.split(":")[:length]) if length else arn


def _of_any(backend: Any, arn: str) -> dict[str, str]:
    """moto has the tags by ARN, or the backend lists what it has for the Resource Groups Tagging API."""
    tagger = getattr(backend, "tagger", None)
    if tagger is not None and tagger.has_tags(arn):
        return dict(tagger.get_tag_dict_for_resource(arn))
    listed = backend.iter_tagged_resources() if hasattr(backend, "iter_tagged_resources") else ()
    return next((dict(each.tags) for each in listed if each.arn == arn), {})


def _of_identity(iam: Any, arn: str) -> dict[str, str]:
    everything: Iterable[Any] = (*iam.get_roles(), *iam.users.values())
    found = next((each for each in everything if each.arn == arn), None) or iam.managed_policies.get(arn)
    return tag_dict(getattr(found, "tags", None) or ())


def tag_dict(tags: Any) -> dict[str, str]:
    """moto's tags of an identity, which it keeps as a list or by key."""
    return {tag["Key"]: tag["Value"] for tag in (tags.values() if isinstance(tags, Mapping) else tags)}


def _of_pipeline(backend: Any, name: str) -> dict[str, str]:
    # A stage's or an action's ARN goes on behind the pipeline's.
    pipeline = backend.pipelines.get(name.partition("/")[0])
    return dict(pipeline.tags) if pipeline else {}


def _of_project(backend: Any, name: str) -> dict[str, str]:
    project = backend.codebuild_projects.get(name.removeprefix("project/"))
    return {tag["key"]: tag["value"] for tag in (project.tags or ())} if project else {}


_READERS: dict[str, Callable[[Any, str], dict[str, str]]] = {
    "codebuild": _of_project,
    "codepipeline": _of_pipeline,
}
