"""The account that is graded, and which of its resources are the student's."""

from __future__ import annotations

from functools import cached_property

from mlops.validate.calls import Calls
from mlops.validate.ownership import Ownership

__all__ = ["Account"]


class Account(Calls):
    """One student's part of an account."""

    @cached_property
    def ownership(self) -> Ownership:
        """Decides which resources and buckets are the student's."""
        return Ownership(self)
