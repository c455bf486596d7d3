"""List operations: filters, sorting and pages, read from the API model."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import ListShape, StructureShape

from localaws.api.errors import validation_error
from localaws.api.json_text import read_json
from localaws.api.models import operation_model
from localaws.store.family import Family
from localaws.store.record import Record

__all__ = ["list_records", "page"]

DEFAULT_PAGE = 10
# ListPipelines and ListPipelineExecutions name the same filter without "Time".
_TIME_FIELDS = {"Created": "CreationTime"}


def list_records(family: Family, records: Sequence[Record], request: Mapping[str, Any]) -> dict[str, Any]:
    """The response of `family.list_operation` over `records`."""
    member, summary = _summary(family.list_operation)
    chosen = [record for record in records if _matches(family, record, request)]
    sort_by = request.get("SortBy", "CreationTime")
    keys = {id(record): _sort_key(family, record, sort_by) for record in chosen}
    descending = request.get("SortOrder", family.sort_order).lower() == "descending"
    chosen.sort(key=lambda record: keys[id(record)], reverse=descending)
    found, token = page([record.arn for record in chosen], request)
    by_arn = {record.arn: record for record in chosen}
    response: dict[str, Any] = {member: [_summarized(family, by_arn[arn], summary) for arn in found]}
    if token:
        response["NextToken"] = token
    return response


def page(keys: Sequence[str], request: Mapping[str, Any], default: int = DEFAULT_PAGE) -> tuple[list[str], str | None]:
    """One page of sorted, unique `keys` by the request's MaxResults and NextToken, and the token of the next page.

    The token names the last key served and its place, so that a resource deleted between two pages hides no other.
    """
    start = 0
    if token := request.get("NextToken"):
        try:
            last, position = read_json(base64.urlsafe_b64decode(token.encode()))
            place = max(0, int(position))
        except (ValueError, TypeError, OverflowError) as error:
            raise validation_error("Invalid NextToken: take it from the response of the page before.") from error
        start = keys.index(last) + 1 if last in keys else min(place, len(keys))
    end = start + int(request.get("MaxResults", default))
    if end >= len(keys):
        return list(keys[start:]), None
    return list(keys[start:end]), base64.urlsafe_b64encode(json.dumps([keys[end - 1], end - 1]).encode()).decode()


@cache
def _summary(operation: str) -> tuple[str, tuple[str, ...]]:
    """The list member of the operation's response, and the members of one summary."""
    output = operation_model(operation).output_shape
    assert isinstance(output, StructureShape)
    for name, shape in output.members.items():
        if isinstance(shape, ListShape) and isinstance(shape.member, StructureShape):
            return name, tuple(shape.member.members)
    raise LookupError(f"{operation} has no list of structures in its response")


def _summarized(family: Family, record: Record, members: Sequence[str]) -> dict[str, Any]:
    values = {name: _value(record, family.summary.get(name, name)) for name in members}
    return {name: value for name, value in values.items() if value is not None}


def _value(record: Record, path: str) -> Any:
    """The described member at the path, None where there is none."""
    found: Any = record.described
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _matches(family: Family, record: Record, request: Mapping[str, Any]) -> bool:
    for member, wanted in request.items():
        if member in family.equals:
            if _value(record, family.equals[member]) != wanted:
                return False
        elif member == "NameContains":
            if wanted not in record.name:
                return False
        elif member == f"{family.stem or family.kind}NamePrefix":
            if not record.name.startswith(wanted):
                return False
        elif isinstance(wanted, datetime) and not _in_time(record, member, wanted):
            return False
    return True


def _in_time(record: Record, member: str, limit: datetime) -> bool:
    """CreationTimeAfter, LastModifiedTimeBefore, CreatedAfter, …"""
    after = member.endswith("After")
    prefix = member.removesuffix("After").removesuffix("Before")
    moment = record.described.get(_TIME_FIELDS.get(prefix, prefix))
    if moment is None:
        return False
    return bool(moment > limit if after else moment < limit)


def _sort_key(family: Family, record: Record, sort_by: str) -> tuple[Any, ...]:
    if sort_by == "Name":
        return (record.name, record.sequence)
    member = family.status_member if sort_by == "Status" else sort_by
    value = record.described.get(member)
    # Records without the value come first; the order of creation settles ties.
    return (value is not None, value if value is not None else 0, record.sequence)
