"""Points: how tasks add up, and what is reachable."""

from __future__ import annotations

import pytest
from grading import Passing, Refusing, run

from mlops.validate import scoring
from mlops.validate.account import Account
from mlops.validate.report import as_table, summary
from mlops.validate.results import Result
from mlops.validate.tasks import AIML_HARD


@pytest.mark.parametrize(("done", "verdict"), [(7, True), (6, False)])
def test_seventy_points_pass(done: int, verdict: bool, student: str) -> None:
    tasks = [Passing()] * done + [Refusing()] * (10 - done)
    scored = scoring.score(Account(student), tasks)
    assert (scored.points, scored.reachable, scored.possible, scored.passed) == (10 * done, 100, 100, verdict)
    table = as_table(Account(student), scored)
    assert max(map(len, table.splitlines())) <= 80
    assert f"Score: {10 * done} of 100 points\n" in table
    assert table.endswith(f"Pass mark: 70 of 100 points: {'passed' if verdict else 'not passed'}.")


class Nested(Passing):
    def check(self, account: Account) -> Result:
        return self.check(account)


def test_a_document_that_is_nested_without_end_fails_its_task(student: str) -> None:
    scored = scoring.score(Account(student), [Nested(), Passing()])
    assert [task.result.passed for task in scored.tasks] == [False, True]
    assert scored.tasks[0].result.message == "a document of the student's is nested too deeply to be read"


class Unbuilt(Refusing):
    BUILT = False


class DoneWithoutTheProduct(Passing):
    BUILT = False


def test_points_of_unbuilt_tasks_are_reachable_only_where_they_are_earned(student: str) -> None:
    scored = scoring.score(Account(student), [Passing(), Refusing(), Unbuilt(), DoneWithoutTheProduct()])
    assert summary(scored) == "20 of 30 reachable points (40 in all)"
    assert [task.result.message for task in scored.tasks][2:] == ["not built in this version", "it is there"]


def test_a_score_below_what_is_required(student: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("aiml_hard", "--student-id", student, "--require", "70") == 1
    assert "Score: 0 of 50 reachable points" in capsys.readouterr().out


def test_every_task_has_what_the_report_needs() -> None:
    assert len(AIML_HARD) == 10
    assert len({task.TITLE for task in AIML_HARD}) == 10
    for task in AIML_HARD:
        assert "{student_id}" in task.REMEDY
