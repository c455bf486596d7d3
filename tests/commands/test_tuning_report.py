"""Names, table, leaderboard, plot and what mattered, without an account."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from trials import NOW, trial, tuning_job

from mlops.aws import tuning_jobs
from mlops.aws.errors import UserError
from mlops.aws.tuning_names import job_name
from mlops.commands.display.trials import Table
from mlops.commands.tuning import best
from mlops.commands.tuning.leaderboard import leaderboard
from virtual_terminal import Terminal

_AWS_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")


@pytest.mark.parametrize("length", range(3, 21))
def test_every_length_of_student_id_gives_a_name_that_aws_takes(length: int) -> None:
    student = "a" + "1" * (length - 2) + "z"
    for attempt in range(3):
        name = job_name(student, NOW, attempt)
        assert len(name) <= 32
        assert _AWS_PATTERN.fullmatch(name)
        assert f"-{student}-" in name


def test_a_short_id_gets_the_assessments_name() -> None:
    assert job_name("ann", NOW) == "xgboost-tuning-ann-260304050607"


class _Taken:
    """SageMaker where the first names are taken."""

    def __init__(self, taken: int) -> None:
        self.left, self.names = taken, list[str]()

    def create_hyper_parameter_tuning_job(self, **request: Any) -> None:
        self.names.append(request["HyperParameterTuningJobName"])
        if self.left:
            self.left -= 1
            raise ClientError({"Error": {"Code": "ResourceInUse", "Message": "taken"}}, "Create")


@pytest.mark.parametrize("student", ["ann", "a" * 20])
def test_two_started_in_the_same_second_do_not_collide(student: str) -> None:
    service = _Taken(2)
    name = tuning_jobs.start(service, {}, student, now=lambda: NOW)
    assert len(set(service.names)) == 3
    assert service.names[-1] == name


def test_names_that_stay_taken_are_an_error() -> None:
    with pytest.raises(UserError, match="were taken"):
        tuning_jobs.start(_Taken(99), {}, "ann", now=lambda: NOW)


def test_the_table_fits_80_columns_and_marks_each_new_best() -> None:
    out = io.StringIO()
    names = ["colsample_bytree", "eta", "max_depth", "min_child_weight", "subsample"]
    parameters = dict.fromkeys(names, "0.123456789")
    table = Table(out, 80)
    table.show(tuning_job(trial(1, None, "InProgress", **parameters)))
    snapshot = tuning_job(
        trial(1, 0.91, **parameters), trial(2, 0.90, **parameters), trial(3, 0.92, "Stopped", **parameters)
    )
    table.show(snapshot)
    table.show(snapshot)
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 79
    assert [line.split()[0] for line in lines] == ["#", "1", "2", "3"]
    assert [("*" in line) for line in lines[1:]] == [True, False, True]
    assert "0.1235" in lines[1]


def test_a_failed_trials_reason_is_under_its_row() -> None:
    out = io.StringIO()
    Table(out, 80).show(tuning_job(trial(1, None, "Failed", eta="7")))
    assert "AlgorithmError: boom" in out.getvalue()


def test_a_reason_that_many_trials_share_is_told_once() -> None:
    out = io.StringIO()
    Table(out, 80).show(tuning_job(*(trial(number, None, "Failed", eta="7") for number in (1, 2, 3))))
    assert out.getvalue().count("AlgorithmError: boom") == 1
    assert out.getvalue().count("the same as trial 1") == 2


def test_a_terminal_redraws_running_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    with Table(out, 80, refresh=False) as table:
        table.show(tuning_job(trial(1, None, "InProgress", eta="0.1")))
        assert out.screen()[-1] == "  0 of 10 trials, 1 running"
        table.show(tuning_job(trial(1, 0.9, eta="0.1"), trial(2, None, "InProgress", eta="0.2")))
    shown = out.screen()
    assert [line.split()[:2] for line in shown[:3]] == [["#", "State"], ["1", "Completed"], ["2", "InProgress"]]
    assert shown[3:] == ["  1 of 10 trials, 1 running; best so far 0.90000 (trial 1)"]
    assert max(map(len, shown)) < 80
    assert out.cursor_is_shown


def test_the_leaderboard_is_best_first() -> None:
    trials = (trial(1, 0.9, eta="0.1"), trial(2, None, "Failed", eta="7"), trial(3, 0.95, eta="0.2"))
    rows = list(csv.reader(io.StringIO(leaderboard(tuning_job(*trials)))))
    assert rows[0] == ["rank", "trial", "training_job", "state", "validation:auc", "seconds", "eta"]
    assert [row[:2] for row in rows[1:]] == [["1", "3"], ["2", "1"], ["", "2"]]
    assert rows[1][4:] == ["0.95", "2.5", "0.2"]
    lowest = list(csv.reader(io.StringIO(leaderboard(tuning_job(*trials, maximize=False)))))
    assert lowest[1][1] == "1"


def test_the_best_trials_hyperparameters_are_pipeline_parameters() -> None:
    only = trial(1, 0.9, max_depth="7", eta="0.1", colsample_bytree="0.5", min_child_weight="3.2", subsample="1.0")
    assert best.pipeline_parameters(tuning_job(only)) == {
        "NumRound": "80",
        "Seed": "42",
        "MaxDepth": "7",
        "Eta": "0.1",
        "ColsampleBytree": "0.5",
        "MinChildWeight": "3.2",
        "Subsample": "1.0",
    }


def test_a_hyperparameter_that_the_pipeline_does_not_have() -> None:
    with pytest.raises(UserError, match="no parameter for the tuned hyperparameter rate_drop"):
        best.pipeline_parameters(tuning_job(trial(1, 0.9, rate_drop="0.1")))
    with pytest.raises(UserError, match="none gave validation:auc"):
        best.pipeline_parameters(tuning_job(trial(1, None, "Failed", eta="7")))
