"""Runs the validator, and stands in for tasks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from mlops.entry import run_cli
from mlops.validate.account import Account
from mlops.validate.command import main
from mlops.validate.results import Evidence, Result, UnansweredError

__all__ = ["PROJECT", "Passing", "Refusing", "run", "start"]

PROJECT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> int:
    return run_cli("validate_tasks.py", lambda: main(arguments))


def start(student: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROJECT / "validate_tasks.py"), "aiml_hard", "--student-id", student]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)


class Refusing:
    TITLE = "Refused"
    REMEDY = "aws help {student_id}"
    BUILT = True

    def check(self, account: Account) -> Result:
        raise UnansweredError("ListThings was denied: no")


class Passing:
    TITLE = "Passing"
    REMEDY = ""
    BUILT = True

    def check(self, account: Account) -> Result:
        return Result(True, "it is there", (Evidence("arn:aws:s3:us-east-1:123456789012:" + "x" * 100, "Active"),))
