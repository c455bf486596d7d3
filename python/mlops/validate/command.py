"""``python validate_tasks.py aiml_hard``: the command line of the validator."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mlops.aws import terraform_outputs
from mlops.aws.errors import CannotLookError, UsageError
from mlops.validate import report
from mlops.validate.account import Account
from mlops.validate.scoring import Task, score
from mlops.validate.tasks import AIML_HARD

__all__ = ["main"]

_STUDENT_ID = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9])*")
_MAX_ID = 40
_ASSESSMENTS: dict[str, tuple[Task, ...]] = {"aiml_hard": AIML_HARD}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when the student was graded, 1 below ``--require``, 2 where nothing could be graded."""
    args = _parser().parse_args(argv)
    student_id = args.student_id or os.environ.get("STUDENT_ID") or _applied_student_id(Path.cwd())
    account = Account(_checked(student_id), args.region)
    if args.output:
        _check_output(args.output)
    _ = account.identity  # raises where nothing can be graded
    scored = score(account, _ASSESSMENTS[args.assessment])
    reachable = [task for task in scored.tasks if task.is_reachable]
    if not any(task.result.answered for task in reachable):
        raise CannotLookError(f"no task was graded: task {reachable[0].number} {reachable[0].result.message}")
    if args.output:
        _write(args.output, report.as_json(account, scored))
        _print(f"{student_id}: {report.line(scored)}; {args.output}")
    elif args.json:
        _print(report.as_json(account, scored).rstrip("\n"))
    else:
        _print(report.as_table(account, scored))
    return 1 if scored.points < args.require else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="validate_tasks.py",
        description="Score the assessment's tasks in the account that the environment points at. It only reads.",
        epilog="Exit code: 0 when the student was graded, whatever the score; 1 below --require; 2 when nothing could "
        "be graded.",
    )
    parser.add_argument("assessment", choices=sorted(_ASSESSMENTS))
    parser.add_argument(
        "--student-id", help="whose work is scored (default: $STUDENT_ID, else `terraform output student_id`)"
    )
    parser.add_argument("--region", help="AWS region (default: the environment's)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the JSON to a file, whole or not at all, and print one line"
    )
    parser.add_argument(
        "--require",
        type=int,
        default=0,
        metavar="POINTS",
        help="exit with 1 below so many points, e.g. 70, the assessment's pass mark (default: 0)",
    )
    return parser


def _checked(student_id: str) -> str:
    """Any id that resources can be named for: students without this product have ids that the root module refuses."""
    if len(student_id) <= _MAX_ID and _STUDENT_ID.fullmatch(student_id):
        return student_id
    raise UsageError(
        f"student id {student_id!r} is not usable: 1 to {_MAX_ID} letters and digits, with hyphens only between them, "
        "e.g. jane-doe7"
    )


def _check_output(file: Path) -> None:
    if file.is_dir():
        raise UsageError(f"--output {file} is a folder: give a file, e.g. {file / 'jane.json'}")
    if file.exists() and not file.is_file():
        raise UsageError(f"--output {file} is no regular file: give a file, or print the JSON with --json")
    if not file.parent.is_dir():
        raise UsageError(f"--output {file}: there is no folder {file.parent}; create it first")


def _write(file: Path, text: str) -> None:
    """Writes a file that is there whole or not at all."""
    try:
        with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=f".{file.name}.") as folder:
            partial = Path(folder) / file.name
            partial.write_text(text, encoding="utf-8")
            partial.replace(file.resolve())
    except OSError as error:
        raise CannotLookError(f"--output {file} cannot be written: {error.strerror}") from error


def _print(text: str) -> None:
    """Prints in the terminal's encoding, whatever that is, and fails where the disk is full."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        with contextlib.suppress(OSError):  # or the interpreter would write it once more at its end
            sys.stdout.close()
        raise CannotLookError(f"the result cannot be written: {error.strerror}") from error


def _applied_student_id(folder: Path) -> str:
    """The student id that was applied from this folder."""
    student_id = terraform_outputs.applied(folder).get("student_id")
    if student_id is None:
        raise UsageError("which student? Pass --student-id, or set STUDENT_ID: nothing was applied from this folder")
    return student_id
