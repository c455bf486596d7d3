"""Runs the tasks' checks and adds up their points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from mlops.operate.errors import error_code
from mlops.validate.account import Account, Miss, RefusedError, Result

__all__ = ["PASS_PERCENT", "Score", "Task", "score"]

PASS_PERCENT = 70
POINTS = 10


class Task(Protocol):
    """What a module must have to be a task; its place in the list is its number."""

    TITLE: str
    REMEDY: str  # what makes the thing when the account does not even answer; may contain {student_id}

    def check(self, account: Account) -> Result:
        """Looks at the account; raises ``Miss`` where the task is not done."""


@dataclass(frozen=True)
class Score:
    """All results in the order of the tasks; each passed task earns ten points."""

    titles: tuple[str, ...]
    results: tuple[Result, ...]

    @property
    def points(self) -> int:
        """Points earned."""
        return POINTS * sum(result.passed for result in self.results)

    @property
    def possible(self) -> int:
        """Points that could be earned."""
        return POINTS * len(self.results)

    @property
    def passed(self) -> bool:
        """Whether the assessment's 70 % is reached."""
        return self.points * 100 >= self.possible * PASS_PERCENT


def score(account: Account, tasks: Sequence[Task]) -> Score:
    """Checks every task; one that cannot be asked about counts as not done, with what the account answered."""
    return Score(tuple(task.TITLE for task in tasks), tuple(_checked(account, task) for task in tasks))


def _checked(account: Account, task: Task) -> Result:
    try:
        return task.check(account)
    except Miss as miss:
        return miss.result
    except RefusedError as error:
        return Result(
            False, f"the account does not answer: {error}", (), task.REMEDY.format(student_id=account.student_id)
        )
    except ClientError as error:
        said = f"{error.operation_name}: {error_code(error)}"
        return Result(False, said, (), task.REMEDY.format(student_id=account.student_id))
