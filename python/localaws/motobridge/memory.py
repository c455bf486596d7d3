"""What moto copies and holds on to, and would never give back in a process that lives for days."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

__all__ = ["close_replaced_objects", "forget_instances", "list_without_copies", "read_times_once", "release"]


def forget_instances() -> None:
    """moto keeps every object that it ever made in a list of its class, for the reset between two tests."""
    from moto.core.common_models import BaseModel

    def untracked(cls: type, *arguments: Any, **members: Any) -> Any:
        return object.__new__(cls)

    setattr(BaseModel, "__new__", untracked)  # noqa: B010 (mypy forbids to assign a method)


def close_replaced_objects() -> None:
    """The file of an S3 object that was overwritten is closed; moto warns that its own test forgot to close it."""
    from moto.s3.models import FakeKey

    setattr(FakeKey, "__del__", lambda key: key.dispose())  # noqa: B010


def list_without_copies() -> None:
    """moto copies every version of every object, contents included, for each page that it lists.

    It notes in the copies which version is the latest; under the one lock around moto the versions themselves will do.
    """
    from moto.s3.models import FakeDeleteMarker, FakeKey

    for model in (FakeKey, FakeDeleteMarker):
        setattr(model, "__deepcopy__", lambda version, known: version)  # noqa: B010


def read_times_once() -> None:
    """moto writes the time of each object as text, and reads it again to write it into the answer."""
    import moto.core.serialize

    serialize: Any = moto.core.serialize

    parse = serialize.parse_to_aware_datetime
    known = lru_cache(4096)(parse)

    def read(value: Any) -> Any:
        return known(value) if isinstance(value, str) else parse(value)

    serialize.parse_to_aware_datetime = read


def release(request: Any) -> None:
    """Let the body of an answered request go: werkzeug's requests refer to themselves and wait for the collector."""
    request.environ.pop("werkzeug.request", None)
