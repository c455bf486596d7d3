"""What moto holds on to, and would never give back in a process that lives for days."""

from __future__ import annotations

from typing import Any

__all__ = ["close_replaced_objects", "forget_instances", "release"]


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


def release(request: Any) -> None:
    """Let the body of an answered request go: werkzeug's requests refer to themselves and wait for the collector."""
    request.environ.pop("werkzeug.request", None)
