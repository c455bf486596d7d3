"""The score as a table of 80 columns for a person, and as JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC

from mlops import __version__
from mlops.validate.account import Account
from mlops.validate.results import Evidence
from mlops.validate.scoring import PASS_POINTS, POINTS, Graded, Score

__all__ = ["as_json", "as_table", "line", "summary"]

_WIDTH = 80
_INDENT = " " * 4


def as_table(account: Account, score: Score) -> str:
    """One block a task: points and what was found, the evidence, and the command that creates what is missing."""
    where = f"account {account.identity['Account']}, {account.region_name}"
    lines = [f"AWS AI/ML Services, Hard: {account.student_id} in {where}", f"{score.time:%Y-%m-%d %H:%M} UTC", ""]
    for task in score.tasks:
        lines.extend(_block(task))
    lines += ["", f"Score: {summary(score)}"]
    if missing := [task.number for task in score.tasks if not task.is_reachable]:
        lines += _wrapped(f"{_tasks(missing)} not built in this version.", "")
    if unanswered := score.unanswered:
        lines += _wrapped(f"{_tasks(unanswered)} not graded: the account did not answer.", "")
    if not score.found_any:
        lines += _wrapped(f"Nothing of {account.student_id} was found: check the student id, account and region.", "")
    verdict = "passed" if score.passed else "not passed"
    lines.append(f"Pass mark: {PASS_POINTS} of {score.possible} points: {verdict}.")
    return "\n".join(lines)


def summary(score: Score) -> str:
    """The points in one line, e.g. ``50 of 50 reachable points (100 in all)``."""
    if score.reachable == score.possible:
        return f"{score.points} of {score.possible} points"
    return f"{score.points} of {score.reachable} reachable points ({score.possible} in all)"


def line(score: Score) -> str:
    """The points, and what they may not show: tasks that were not graded, or that nothing of the student was found."""
    notes = [summary(score)]
    if unanswered := score.unanswered:
        notes.append(f"{_tasks(unanswered)} not graded")
    if not score.found_any:
        notes.append("nothing was found: check the student id, account and region")
    return "; ".join(notes)


def as_json(account: Account, score: Score) -> str:
    """The same with full ARNs, the date, the tool's version, and a final newline."""
    tasks = [
        {
            "answered": task.result.answered,
            "built": task.built,
            "evidence": [
                {"status": each.status, "subject": each.subject, "time": each.time.isoformat() if each.time else None}
                for each in task.result.evidence
            ],
            "number": task.number,
            "passed": task.result.passed,
            "points": task.points,
            "remedy": task.result.remedy,
            "said": task.result.message,
            "title": task.title,
        }
        for task in score.tasks
    ]
    document = {
        "account": account.identity["Account"],
        "date": score.time.isoformat(),
        "pass_points": PASS_POINTS,
        "passed": score.passed,
        "points": score.points,
        "possible": score.possible,
        "reachable": score.reachable,
        "region": account.region_name,
        "student_id": account.student_id,
        "tasks": tasks,
        "tool_version": __version__,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _block(task: Graded) -> Iterator[str]:
    result = task.result
    yield f"{task.number:>2}  {task.title:<26}{f'{task.points}/{POINTS}':>6}"
    yield from _wrapped(result.message)
    for each in result.evidence:
        yield from _wrapped(_line(each))
    if result.remedy:
        yield from _wrapped(f"→ {result.remedy}")


def _tasks(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Task {numbers[0]} is"
    return f"Tasks {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} are"


def _line(evidence: Evidence) -> str:
    # The heading has account and region; what is left of an ARN fits a line. The JSON has the whole ARN.
    subject = evidence.subject.split(":", 5)[-1] if evidence.subject.startswith("arn:") else evidence.subject
    when = f", {evidence.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if evidence.time else ""
    return f"{subject}: {evidence.status}{when}"


def _wrapped(text: str, indent: str = _INDENT) -> list[str]:
    # Keys and reasons come from students: a control sequence in one could rewrite the table on a terminal.
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
    return textwrap.wrap(shown, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
