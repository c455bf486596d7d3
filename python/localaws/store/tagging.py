"""Tags as SageMaker keeps them: at most 50, keys of their own, none that AWS reserves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from localaws.api.errors import limit_exceeded, validation_error

__all__ = ["MAX_TAGS", "merge_tags", "tag_list"]

MAX_TAGS = 50


def merge_tags(present: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """`present` with `added` ([{"Key", "Value"}]); raises for a key given twice, reserved, or over the limit of 50."""
    seen: set[str] = set()
    merged = dict(present)
    for tag in added:
        key = tag["Key"]
        if key in seen:
            raise validation_error(
                f"Duplicate tag keys found. Please note that Tag keys are case insensitive. Key: {key}"
            )
        if key.lower().startswith("aws:"):
            raise validation_error(f"Tag keys starting with 'aws:' are reserved for AWS use. Key: {key}")
        seen.add(key)
        merged[key] = tag["Value"]
    if len(merged) > MAX_TAGS:
        raise limit_exceeded(f"The number of tags {len(merged)} exceeds the limit of {MAX_TAGS} for a resource.")
    return merged


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The API's shape of tags."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
