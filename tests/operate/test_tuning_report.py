"""Names, table, leaderboard, plot and what mattered, without an account."""

from __future__ import annotations

import csv
import io
import math
import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from mlops.operate.errors import UserError
from mlops.operate.tuning import best, job
from mlops.operate.tuning.importance import importances
from mlops.operate.tuning.leaderboard import leaderboard
from mlops.operate.tuning.naming import job_name
from mlops.operate.tuning.plot import plot
from mlops.operate.tuning.published import Published
from mlops.operate.tuning.screen import Table

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
_AWS_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")


def _trial(number: int, objective: float | None, status: str = "Completed", **parameters: str) -> job.Trial:
    ended = None if status == "InProgress" else NOW + timedelta(seconds=2.5)
    failure = "AlgorithmError: boom" if status == "Failed" else None
    return job.Trial(number, f"tune-{number:03d}", status, parameters, objective, NOW, ended, failure)


def _job(*trials: job.Trial, status: str = "InProgress", maximize: bool = True) -> job.TuningJob:
    described = {
        "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 10}},
        "TrainingJobDefinition": {"StaticHyperParameters": {"num_round": "80", "seed": "42", "eval_metric": "auc"}},
    }
    return job.TuningJob("tune-ann", status, "validation:auc", maximize, trials, described)


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
    name = job.start(service, Published({}, {}), student, now=lambda: NOW)
    assert len(set(service.names)) == 3
    assert service.names[-1] == name


def test_names_that_stay_taken_are_an_error() -> None:
    with pytest.raises(UserError, match="were taken"):
        job.start(_Taken(99), Published({}, {}), "ann", now=lambda: NOW)


def test_the_table_fits_80_columns_and_marks_each_new_best() -> None:
    out = io.StringIO()
    names = ["colsample_bytree", "eta", "max_depth", "min_child_weight", "subsample"]
    parameters = dict.fromkeys(names, "0.123456789")
    table = Table(out, 80)
    table.show(_job(_trial(1, None, "InProgress", **parameters)))
    snapshot = _job(
        _trial(1, 0.91, **parameters), _trial(2, 0.90, **parameters), _trial(3, 0.92, "Stopped", **parameters)
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
    Table(out, 80).show(_job(_trial(1, None, "Failed", eta="7")))
    assert "AlgorithmError: boom" in out.getvalue()


def test_a_reason_that_many_trials_share_is_told_once() -> None:
    out = io.StringIO()
    Table(out, 80).show(_job(*(_trial(number, None, "Failed", eta="7") for number in (1, 2, 3))))
    assert out.getvalue().count("AlgorithmError: boom") == 1
    assert out.getvalue().count("the same as trial 1") == 2


def test_a_terminal_redraws_running_trials() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    table = Table(out, 80)
    table.show(_job(_trial(1, None, "InProgress", eta="0.1")))
    assert "0 of 10 trials, 1 running" in out.getvalue()
    table.show(_job(_trial(1, 0.9, eta="0.1")))
    assert "\x1b[1A\x1b[2K" in out.getvalue()
    assert "best so far 0.90000 (trial 1)" in out.getvalue()


def test_the_leaderboard_is_best_first() -> None:
    trials = (_trial(1, 0.9, eta="0.1"), _trial(2, None, "Failed", eta="7"), _trial(3, 0.95, eta="0.2"))
    rows = list(csv.reader(io.StringIO(leaderboard(_job(*trials)))))
    assert rows[0] == ["rank", "trial", "training_job", "state", "validation:auc", "seconds", "eta"]
    assert [row[:2] for row in rows[1:]] == [["1", "3"], ["2", "1"], ["", "2"]]
    assert rows[1][4:] == ["0.95", "2.5", "0.2"]
    lowest = list(csv.reader(io.StringIO(leaderboard(_job(*trials, maximize=False)))))
    assert lowest[1][1] == "1"


def _searched(count: int) -> list[job.Trial]:
    """The objective has a top in eta, rises with depth a little, and ignores the rest."""
    chance = random.Random(1)
    trials = []
    for number in range(1, count + 1):
        eta, depth, noise = chance.uniform(0.01, 0.3), chance.randint(3, 10), chance.random()
        objective = 0.9 - (eta - 0.15) ** 2 + 0.0005 * depth
        trials.append(_trial(number, objective, eta=str(eta), max_depth=str(depth), noise=str(noise), booster="dart"))
    return trials


def test_what_mattered_is_found() -> None:
    found = importances(_searched(24))
    assert found.untold is None
    assert [each.name for each in found.ranked[:2]] == ["eta", "max_depth"]
    by_name = {each.name: each for each in found.ranked}
    assert (by_name["eta"].explained or 0) > 0.7
    assert by_name["noise"].explained == 0
    assert by_name["max_depth"].correlation is not None
    assert by_name["max_depth"].correlation > 0
    assert by_name["booster"].explained is None


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_at_most_the_whole(seed: int) -> None:
    """Two hyperparameters that say the same: the first has all of what they explain."""
    chance = random.Random(seed)
    trials = []
    for number in range(1, 13):
        eta = chance.random()
        parameters = {"eta": eta, "same": eta + chance.gauss(0, 0.01), "more": chance.random()}
        objective = (eta - 0.5) ** 2 + 0.01 * parameters["more"]
        trials.append(_trial(number, objective, **{name: str(value) for name, value in parameters.items()}))
    shares = [each.explained or 0.0 for each in importances(trials).ranked]
    assert 0.8 < sum(shares) <= 1


def test_chance_is_called_chance() -> None:
    """Of a hundred searches in which nothing matters few find something; a curve fitted to ten points often does."""
    found = 0
    for seed in range(100):
        chance = random.Random(seed)
        trials = [
            _trial(number, chance.random(), **{name: str(chance.random()) for name in "abcde"}) for number in range(10)
        ]
        found += importances(trials).untold != "the differences between 10 trials are within chance"
    assert found <= 12  # the 99.8th percentile of a twentieth of a hundred


@pytest.mark.parametrize(
    ("trials", "said"),
    [
        ([], "0 trials ran to their end, and 5 are the fewest that say anything"),
        (_searched(4), "4 trials ran to their end, and 5 are the fewest that say anything"),
        ([_trial(n, 0.9, eta=str(n)) for n in range(1, 11)], "all 10 trials gave the same objective"),
        (
            [*_searched(3), *(_trial(n, 0.8, "Stopped", eta=str(n), max_depth="1", noise="1") for n in range(4, 13))],
            "3 trials ran to their end, and 5 are the fewest that say anything",
        ),
    ],
    ids=["none", "few", "equal", "stopped early"],
)
def test_what_cannot_be_told(trials: list[job.Trial], said: str) -> None:
    found = importances(trials)
    assert found.untold == said
    assert [each.explained for each in found.ranked] == [None] * len(found.ranked)
    if trials:
        assert f"what mattered cannot be told: {said}" in plot(_job(*trials))


@pytest.mark.parametrize("count", [0, 1, 4, 24])
def test_the_plot_has_a_panel_for_each_hyperparameter(count: int) -> None:
    places = _places(plot(_job(*_searched(count))))
    assert len(places) == 4 * count
    assert all(math.isfinite(place) and place >= 0 for pair in places for place in pair)
    root = ElementTree.fromstring(plot(_job(*_searched(count))))
    titles = [each.text for each in root.findall(f"{_SVG}text") if each.get("font-weight") == "bold"]
    assert len(titles) == (5 if count else 1)


_SVG = "{http://www.w3.org/2000/svg}"


def _places(svg: str) -> list[tuple[float, float]]:
    circles = ElementTree.fromstring(svg).iter(f"{_SVG}circle")
    return [(float(each.get("cx") or "nan"), float(each.get("cy") or "nan")) for each in circles]


def test_the_plot_shows_the_range_that_was_searched() -> None:
    described = {
        "HyperParameterTuningJobConfig": {
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "eta", "MinValue": "0.01", "MaxValue": "1", "ScalingType": "Logarithmic"}
                ],
                "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart", "gblinear"]}],
            }
        }
    }
    trials = tuple(_trial(n, 0.9 + n / 100, eta="0.1", booster="dart") for n in (1, 2))
    svg = plot(job.TuningJob("tune-ann", "Completed", "auc", True, trials, described))
    assert all(label in svg for label in (">0.01<", ">1<", ">gbtree<", ">gblinear<"))
    # The middle of a logarithmic axis, and of three texts; a panel's axis is 178 wide, 5 free at each end.
    assert [round(x) % 250 for x, _ in _places(svg)] == [58 + 5 + 84] * 4


def test_a_trial_that_was_stopped_early_does_not_flatten_the_others() -> None:
    trials = [_trial(1, 0.92, eta="0.1"), _trial(2, 0.93, eta="0.2"), _trial(3, 0.5, "Stopped", eta="0.3")]
    heights = sorted(y for _, y in _places(plot(_job(*trials))))
    assert heights[1] == heights[2] > heights[0] + 90
    assert ">0.5000<" not in plot(_job(*trials))


def test_equal_objectives_lie_in_the_middle() -> None:
    svg = plot(_job(*(_trial(n, 0.9, eta=str(n)) for n in range(1, 4))))
    assert len({y for _, y in _places(svg)}) == 1
    assert svg.count(">0.9000<") == 1


def test_names_in_the_plot_are_escaped() -> None:
    trial = _trial(1, 0.5, **{"<b>": "&"})
    assert ElementTree.fromstring(plot(_job(trial))) is not None


def test_the_best_trials_hyperparameters_are_pipeline_parameters() -> None:
    trial = _trial(1, 0.9, max_depth="7", eta="0.1", colsample_bytree="0.5", min_child_weight="3.2", subsample="1.0")
    assert best.pipeline_parameters(_job(trial)) == {
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
        best.pipeline_parameters(_job(_trial(1, 0.9, rate_drop="0.1")))
    with pytest.raises(UserError, match="none gave validation:auc"):
        best.pipeline_parameters(_job(_trial(1, None, "Failed", eta="7")))
