"""The FailureReason of an endpoint."""

from __future__ import annotations

from localaws.api.errors import AwsError

__all__ = ["INTERNAL_ERROR", "failure_reason"]

INTERNAL_ERROR = "InternalServerError: We encountered an internal error. Please try again."
_MAX_CHARACTERS = 1024


def failure_reason(failure: Exception) -> str:
    """The message of what made a change fail, as long as the API allows."""
    text = failure.message if isinstance(failure, AwsError) else str(failure)
    return text[:_MAX_CHARACTERS]
