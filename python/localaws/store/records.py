"""The resources that the stack holds, in memory."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from localaws.api.errors import AwsError, validation_error
from localaws.store.family import Family
from localaws.store.listing import list_records
from localaws.store.record import Record
from localaws.store.tagging import merge_tags

__all__ = ["Store"]


class Store:
    """All records of one stack; every method is thread-safe."""

    def __init__(
        self,
        families: Mapping[str, Family],
        region: str,
        account_id: str,
        partition: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._families = families
        self._scope = (partition, region, account_id)
        self._clock = clock
        self._lock = threading.RLock()
        self._sequence = itertools.count()
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in families}

    def create(
        self,
        family: str,
        name: str,
        described: Mapping[str, Any],
        tags: Iterable[Mapping[str, str]] = (),
        *,
        arn: str | None = None,
        internal: Mapping[str, Any] | None = None,
    ) -> Record:
        """Add a resource and give it its name, ARN, CreationTime and LastModifiedTime.

        `tags` has the API's shape ([{"Key": …, "Value": …}]); a described None is
        left out.  Raises the family's refusal when the name is taken.
        """
        kind = self._families[family]
        with self._lock:
            arn = arn or kind.arn(*self._scope, name)
            if name in self._records[family]:
                raise kind.duplicate.error(name, self._records[family][name].arn)
            now = self._clock()
            shape = {"CreationTime": now, "LastModifiedTime": now, **copy.deepcopy(dict(described))}
            shape = {member: value for member, value in shape.items() if value is not None}
            shape[kind.arn_member] = arn
            if kind.named:
                shape[kind.name_member] = name
            record = Record(kind, name, arn, next(self._sequence), shape, merge_tags({}, tags), dict(internal or {}))
            self._records[family][name] = record
            return record

    def find(self, family: str, name_or_arn: str) -> Record | None:
        """The record of that name or ARN, or None."""
        with self._lock:
            records = self._records[family]
            if name_or_arn in records:
                return records[name_or_arn]
            if not name_or_arn.startswith("arn:"):
                return None
            return next((record for record in records.values() if record.arn == name_or_arn), None)

    def get(self, family: str, name_or_arn: str) -> Record:
        """The record of that name or ARN; raises the family's not-found refusal."""
        record = self.find(family, name_or_arn)
        if record is None:
            raise self.missing(family, name_or_arn)
        return record

    def arn_of(self, family: str, name: str) -> str:
        """The ARN that a resource of the name has or would get."""
        return self._families[family].arn(*self._scope, name)

    def missing(self, family: str, name_or_arn: str) -> AwsError:
        """The refusal that AWS gives for a resource of this family that does not exist."""
        kind = self._families[family]
        if name_or_arn.startswith("arn:"):
            return kind.missing.error(name_or_arn.split("/", 1)[-1], name_or_arn)
        return kind.missing.error(name_or_arn, kind.arn(*self._scope, name_or_arn))

    def describe(self, record: Record) -> dict[str, Any]:
        """A copy of what the Describe operation answers."""
        with self._lock:
            return copy.deepcopy(record.described)

    def list(
        self, family: str, request: Mapping[str, Any], *, where: Callable[[Record], bool] | None = None
    ) -> dict[str, Any]:
        """The response of the family's list operation: its summaries and, where more follow, NextToken."""
        return list_records(self._families[family], self.records(family, where), request)

    def records(self, family: str, where: Callable[[Record], bool] | None = None) -> Sequence[Record]:
        """The family's records, oldest first."""
        with self._lock:
            return [record for record in self._records[family].values() if where is None or where(record)]

    def update(self, record: Record, **changes: Any) -> None:
        """Set described members (None removes one) and LastModifiedTime."""
        with self._lock:
            for member, value in {"LastModifiedTime": self._clock(), **changes}.items():
                if value is None:
                    record.described.pop(member, None)
                else:
                    record.described[member] = value

    def delete(self, family: str, name_or_arn: str) -> Record:
        """Remove and return the record; raises the family's not-found refusal."""
        with self._lock:
            record = self.get(family, name_or_arn)
            del self._records[family][record.name]
            return record

    def locked(self) -> AbstractContextManager[object]:
        """The store's lock, for a change that must look at several records at once (`with store.locked(): …`)."""
        return self._lock

    def by_arn(self, arn: str) -> Record:
        """The record of any family with that ARN, for tags."""
        record = self.find_by_arn(arn)
        if record is None:
            raise validation_error(f"Could not find resource {arn}.")
        return record

    def find_by_arn(self, arn: str) -> Record | None:
        """The record of any family with that ARN, or None."""
        return next((record for record in self.all() if record.arn == arn), None)

    def all(self) -> Iterator[Record]:
        """Every record of every family."""
        for family in self._families:
            yield from self.records(family)

    def change_tags(self, record: Record, *, add: Iterable[Mapping[str, str]] = (), remove: Iterable[str] = ()) -> None:
        """Add or replace tags (API shape), then remove keys."""
        with self._lock:
            tags = merge_tags(record.tags, add)
            for key in remove:
                tags.pop(key, None)
            record.tags = tags
