"""``python validate_tasks.py aiml_hard``: the command line of the validator."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from mlops.operate import check_state, names
from mlops.operate.errors import UsageError
from mlops.validate import report
from mlops.validate.account import Account
from mlops.validate.scoring import Task, score
from mlops.validate.tasks import AIML_HARD

__all__ = ["main"]

_ASSESSMENTS: dict[str, tuple[Task, ...]] = {"aiml_hard": AIML_HARD}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 at 70 % or more, 1 below, 2 where nothing could be looked at."""
    parser = argparse.ArgumentParser(
        prog="validate_tasks.py",
        description="Score the assessment's tasks in the account that the environment points at. It only reads.",
    )
    parser.add_argument("assessment", choices=sorted(_ASSESSMENTS))
    parser.add_argument(
        "--student-id", help="whose work is scored (default: $STUDENT_ID, else `terraform output student_id`)"
    )
    parser.add_argument("--region", help="AWS region (default: the environment's)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    args = parser.parse_args(argv)

    student_id = args.student_id or os.environ.get("STUDENT_ID") or _applied_student_id(Path.cwd())
    account = Account(names.check_student_id(student_id), args.region)
    _ = account.identity  # who is asked; raises where nobody answers
    scored = score(account, _ASSESSMENTS[args.assessment])
    print(report.as_json(account, scored) if args.json else report.as_table(account, scored))
    return 0 if scored.passed else 1


def _applied_student_id(folder: Path) -> str:
    """The student id that was applied from this folder."""
    student_id = check_state.applied(folder).get("student_id")
    if student_id is None:
        raise UsageError("which student? Pass --student-id, or set STUDENT_ID: nothing was applied from this folder")
    return student_id
