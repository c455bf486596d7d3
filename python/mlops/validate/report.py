"""The score as a table of 80 columns for a person, and as JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from datetime import UTC

from mlops.validate.account import Account, Evidence, Result
from mlops.validate.scoring import PASS_PERCENT, POINTS, Score

__all__ = ["as_json", "as_table"]

_WIDTH = 80
_INDENT = " " * 4


def as_table(account: Account, score: Score) -> str:
    """One block a task: points and what was found, the evidence, and for a miss the command that mends it."""
    identity = account.identity
    region = account.client("sagemaker").meta.region_name
    lines = [f"AWS AI/ML Services, Hard: {account.student_id} in account {identity['Account']}, {region}", ""]
    for number, (title, result) in enumerate(zip(score.titles, score.results, strict=True), start=1):
        lines.extend(_block(number, title, result))
    verdict = "passed" if score.passed else "not passed"
    needed = score.possible * PASS_PERCENT // 100
    lines += ["", f"Score: {score.points} of {score.possible}; {needed} are needed: {verdict}"]
    return "\n".join(lines)


def as_json(account: Account, score: Score) -> str:
    """The same with full ARNs: ``{account, region, student_id, points, possible, passed, tasks: […]}``."""
    tasks = [
        {
            "evidence": [
                {"status": each.status, "subject": each.subject, "time": each.time.isoformat() if each.time else None}
                for each in result.evidence
            ],
            "number": number,
            "passed": result.passed,
            "points": POINTS if result.passed else 0,
            "remedy": result.remedy,
            "said": result.said,
            "title": title,
        }
        for number, (title, result) in enumerate(zip(score.titles, score.results, strict=True), start=1)
    ]
    document = {
        "account": account.identity["Account"],
        "passed": score.passed,
        "points": score.points,
        "possible": score.possible,
        "region": account.client("sagemaker").meta.region_name,
        "student_id": account.student_id,
        "tasks": tasks,
    }
    return json.dumps(document, indent=2, sort_keys=True)


def _block(number: int, title: str, result: Result) -> Iterator[str]:
    points = f"{POINTS if result.passed else 0}/{POINTS}"
    yield f"{number:>2}  {title:<26}{points:>6}"
    yield from _wrapped(result.said)
    for each in result.evidence:
        yield from _wrapped(_line(each))
    if result.remedy:
        yield from _wrapped(f"→ {result.remedy}")


def _line(evidence: Evidence) -> str:
    # The heading says account and region; what is left of an ARN fits a line. The JSON has it whole.
    subject = evidence.subject.split(":", 5)[-1] if evidence.subject.startswith("arn:") else evidence.subject
    when = f", {evidence.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if evidence.time else ""
    return f"{subject}: {evidence.status}{when}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT + "  ", break_on_hyphens=False)
