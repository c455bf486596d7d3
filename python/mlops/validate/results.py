"""What a task's check comes to: a result with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["CheckFailed", "Evidence", "NotOwnedError", "Result", "UnansweredError"]


@dataclass(frozen=True)
class Evidence:
    """A resource or an object that was found: its ARN or S3 URI, its state, and the time of that state."""

    subject: str
    status: str
    time: datetime | None = None


@dataclass(frozen=True)
class Result:
    """The outcome of a task's check.

    Args:
        passed: whether the task is done.
        message: what was found, or what is missing.
        evidence: the resources that the message is about.
        remedy: the command that creates what is missing.
        answered: whether the account answered all that the check asked for.
    """

    passed: bool
    message: str
    evidence: tuple[Evidence, ...] = ()
    remedy: str | None = None
    answered: bool = True


class CheckFailed(Exception):
    """A task is not done: what is missing, the command that creates it, and what was found until then."""

    def __init__(self, message: str, remedy: str, *evidence: Evidence) -> None:
        super().__init__(message)
        self.result = Result(False, message, evidence, remedy)


class NotOwnedError(Exception):
    """A resource is not the student's; the message is empty where nothing suggests that it could be."""


class UnansweredError(Exception):
    """The account denies a call, or the stack does not implement it."""
