"""Runs the tasks' checks and adds up their points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from botocore.exceptions import ClientError

from mlops.aws.errors import error_code
from mlops.validate.account import Account
from mlops.validate.results import CheckFailed, Result, UnansweredError

__all__ = ["PASS_POINTS", "POINTS", "Graded", "Score", "Task", "score"]

POINTS = 10
PASS_POINTS = 70  # the assessment's pass mark, of 100
_NOT_BUILT = "not built in this version"


class Task(Protocol):
    """What a module must have to be a task; its place in the list is its number."""

    TITLE: str
    REMEDY: str  # what creates it when the account does not even answer; may contain {student_id}
    BUILT: bool  # whether this version of the product creates it

    def check(self, account: Account) -> Result:
        """Looks at the account; raises ``CheckFailed`` where the task is not done."""


@dataclass(frozen=True)
class Graded:
    """A task's number, title and result; ``built`` is whether this version of the product has the task."""

    number: int
    title: str
    built: bool
    result: Result

    @property
    def points(self) -> int:
        """Points earned."""
        return POINTS if self.result.passed else 0

    @property
    def is_reachable(self) -> bool:
        """Whether the product, or the student without it, gets the task's points."""
        return self.built or self.result.passed


@dataclass(frozen=True)
class Score:
    """The graded tasks in the order of the assessment, and the time at which they were graded."""

    tasks: tuple[Graded, ...]
    time: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(task.points for task in self.tasks)

    @property
    def reachable(self) -> int:
        """Points of the tasks that this version of the product has, and of those that the student did without it."""
        return POINTS * sum(task.is_reachable for task in self.tasks)

    @property
    def possible(self) -> int:
        """Points of all tasks."""
        return POINTS * len(self.tasks)

    @property
    def unanswered(self) -> list[int]:
        """The numbers of the tasks that this version has, and that could not be graded."""
        return [task.number for task in self.tasks if task.is_reachable and not task.result.answered]

    @property
    def found_any(self) -> bool:
        """Whether anything of the student was found, or could not be looked for."""
        return bool(self.unanswered) or any(task.result.evidence for task in self.tasks)

    @property
    def passed(self) -> bool:
        """Whether the assessment's pass mark is reached."""
        return self.points >= PASS_POINTS


def score(account: Account, tasks: Sequence[Task]) -> Score:
    """Checks every task; one that the account does not answer for earns no points, and its result says so."""
    graded = (Graded(number, task.TITLE, task.BUILT, _graded(account, task)) for number, task in enumerate(tasks, 1))
    return Score(tuple(graded))


def _graded(account: Account, task: Task) -> Result:
    result = _checked(account, task)
    if task.BUILT or result.passed:
        return result
    return replace(result, message=f"{_NOT_BUILT}; {result.message}" if result.answered else _NOT_BUILT)


def _checked(account: Account, task: Task) -> Result:
    remedy = task.REMEDY.format(student_id=account.student_id)
    try:
        return task.check(account)
    except CheckFailed as failed:
        return failed.result
    except UnansweredError as error:
        return Result(False, f"not graded: {error}", (), remedy, answered=False)
    except RecursionError:
        return Result(False, "a document of the student's is nested too deeply to be read", (), remedy)
    except ClientError as error:
        return Result(False, f"{error.operation_name}: {error_code(error)}", (), remedy)
