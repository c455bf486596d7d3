"""Retry policies of a step, and which failures they are for.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localaws.api.errors import AwsError
from localaws.services.sagemaker.pipelines.errors import DefinitionError

__all__ = ["RetryPolicy", "error_type", "job_failure_type", "parse_policy", "policy_for"]

EXCEPTION_TYPES = (
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
)
MAX_INTERVAL_SECONDS = 43_200
MAX_ATTEMPTS = 20
_NUMBERS = {"IntervalSeconds": (1, MAX_INTERVAL_SECONDS), "BackoffRate": (0, 1_000), "MaxAttempts": (1, MAX_ATTEMPTS)}
_MEMBERS = {"ExceptionType", *_NUMBERS, "ExpireAfterMin"}
_THROTTLING = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
_JOB_FAILURES = {
    "InternalServerError": "SageMaker.JOB_INTERNAL_ERROR",
    "InternalFailure": "SageMaker.JOB_INTERNAL_ERROR",
    "CapacityError": "SageMaker.CAPACITY_ERROR",
    "InsufficientCapacityError": "SageMaker.CAPACITY_ERROR",
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
}


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how fast to try again after failures of some types."""

    exception_types: tuple[str, ...]
    interval_seconds: float = 1.0
    backoff_rate: float = 2.0
    max_attempts: int | None = 5
    expire_after_minutes: float | None = None

    def delay(self, attempt: int, elapsed_seconds: float) -> float | None:
        """Seconds to wait after failed attempt number `attempt` (from 1), or None when there is to be no other."""
        if self.max_attempts is not None and attempt > self.max_attempts:
            return None
        wait = min(self.interval_seconds * self.backoff_rate ** (attempt - 1), float(MAX_INTERVAL_SECONDS))
        if self.expire_after_minutes is not None and elapsed_seconds + wait > self.expire_after_minutes * 60:
            return None
        return wait


# Service faults and throttling are tried again without being asked for.
_AUTOMATIC = RetryPolicy(("Step.SERVICE_FAULT", "Step.THROTTLING"))


def parse_policy(step: str, item: Any) -> RetryPolicy:
    """One entry of a step's RetryPolicies; raises `DefinitionError`."""
    if not isinstance(item, dict):
        raise DefinitionError("Expecting start of Json Object.")
    if unknown := sorted(set(item) - _MEMBERS):
        raise DefinitionError(f"Cannot parse object, unknown property '{unknown[0]}'.")
    types = item.get("ExceptionType")
    if not isinstance(types, list) or not types:
        raise DefinitionError(f"A retry policy of step '{step}' needs 'ExceptionType', a list.")
    for name in types:
        if name not in EXCEPTION_TYPES:
            raise DefinitionError(
                f"Unknown ExceptionType '{name}' of step '{step}': there is {', '.join(EXCEPTION_TYPES)}."
            )
    for member, (low, high) in _NUMBERS.items():
        _check_number(step, member, item.get(member), low, high)
    _check_number(step, "ExpireAfterMin", item.get("ExpireAfterMin"), 1, MAX_INTERVAL_SECONDS)
    if item.get("MaxAttempts") is not None and item.get("ExpireAfterMin") is not None:
        raise DefinitionError(
            f"A retry policy of step '{step}' gives both MaxAttempts and ExpireAfterMin: give one of them."
        )
    expires = item.get("ExpireAfterMin")
    attempts = item.get("MaxAttempts")
    return RetryPolicy(
        exception_types=tuple(types),
        interval_seconds=_or(item.get("IntervalSeconds"), 1.0),
        backoff_rate=_or(item.get("BackoffRate"), 2.0),
        max_attempts=None if attempts is None and expires is not None else attempts or 5,
        expire_after_minutes=expires,
    )


def policy_for(policies: Sequence[RetryPolicy], exception_type: str | None) -> RetryPolicy | None:
    """The policy that covers a failure; service faults and throttling have one of their own where none is given."""
    chosen = next((policy for policy in policies if exception_type in policy.exception_types), None)
    return chosen or (_AUTOMATIC if exception_type in _AUTOMATIC.exception_types else None)


def error_type(error: AwsError) -> str | None:
    """The exception type of a refused request."""
    if error.code in _THROTTLING:
        return "Step.THROTTLING"
    if error.code == "ResourceLimitExceeded":
        return "SageMaker.RESOURCE_LIMIT"
    return "Step.SERVICE_FAULT" if error.status >= 500 else None


def job_failure_type(reason: str) -> str | None:
    """The exception type of a failed job, from the first word of its FailureReason."""
    return _JOB_FAILURES.get(reason.partition(":")[0].strip())


def _check_number(step: str, member: str, value: Any, low: float, high: float) -> None:
    if value is None:
        return
    whole = member != "BackoffRate"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not low <= value <= high:
        raise DefinitionError(
            f"{member} of step '{step}' is {json.dumps(value)}: it must be a number from {low} to {high}."
        )


def _or(value: Any, default: float) -> float:
    return default if value is None else float(value)
